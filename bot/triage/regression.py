"""Multinomial logistic regression for a few thousand short dense rows and many labels, fitted in a second.

L-BFGS in single precision, each column scaled by how much the loss bends along it; with many labels it stops after a
few steps, which labels as well as converging does (measured). Importing a general library takes longer than the fit.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

_STRENGTH = 30.0  # inverse penalty; the over-confidence that it allows is what a temperature takes back
_STEPS = (16, 100)  # at least and at most: small problems converge, large ones label as well without
_WORK = 2e9  # multiplications that the steps may take together, between those bounds
_REMEMBERED = 8  # pairs of steps and changes of slope that L-BFGS keeps
_HALVINGS = 20
_CURVED = 0.3  # of 1 / labels: about the curvature that the loss has in a label's direction
_FLAT = 1e-6  # of the longest direction: one so short is rounding


def regress(rows: Any, labels: Any, count: int) -> Any:
    """Fit; return weights of shape (columns, count): logits = rows @ weights.

    `labels` are numbers below `count`.
    """
    scale = 1 / np.sqrt(1 + _STRENGTH * _CURVED / count * (rows**2).sum(axis=0, keepdims=True).T)
    scale = scale.astype(np.float32)
    scaled, penalty, each = rows * scale.T, scale**2, np.arange(len(labels))

    def slope(weights: Any) -> tuple[float, Any]:
        logits = scaled @ weights
        logits -= logits.max(axis=1, keepdims=True)
        own = logits[each, labels]
        np.exp(logits, out=logits)
        total = logits.sum(axis=1, keepdims=True)
        lost = float((np.log(total[:, 0]) - own).sum(dtype=np.float64))
        logits /= total
        logits[each, labels] -= 1
        gradient = scaled.T @ logits
        gradient *= _STRENGTH
        pulled = penalty * weights
        gradient += pulled
        return _STRENGTH * lost + float((pulled * weights).sum(dtype=np.float64)) / 2, gradient

    def bend(way: Any) -> float:
        """How the loss bends along a way from where all weights are 0, and so all labels equally probable."""
        return _STRENGTH / count * _dot(sent := scaled @ way, sent) + _dot(penalty * way, way)

    steps = int(np.clip(_WORK / (rows.size * count), *_STEPS))
    return _descended(slope, bend, np.zeros((rows.shape[1], count), dtype=np.float32), steps) * scale


def condensed(rows: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Turn rows that are fewer than half their columns to their own principal directions, at most one for each row.

    Returns the turned rows and what turns weights fitted to them back. The penalty is the same in all directions, so
    the fit is the same (kernel logistic regression without a kernel); it takes an eighth of the time, because there
    is less to multiply, and because the columns' scale is now exactly how the loss bends at the start.
    """
    if 2 * rows.shape[0] > rows.shape[1]:
        return rows, lambda weights: weights
    exact = rows.astype(np.float64)
    squares, turn = np.linalg.eigh(exact @ exact.T)
    told = squares > _FLAT * squares[-1]
    lengths, turn = np.sqrt(squares[told]), turn[:, told]
    back = (exact.T @ (turn / lengths)).astype(np.float32)
    return (turn * lengths).astype(np.float32), lambda weights: back @ weights


def softmax(logits: Any) -> Any:
    """Each row of logits as probabilities."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def temperature(logits: Any, labels: Any) -> float:
    """The temperature under which the true labels are likeliest (Guo et al. 2017, by a grid: it is one number)."""
    grid = np.geomspace(0.05, 20.0, 121)
    each = np.arange(len(labels))
    losses = [-np.log(np.maximum(softmax(logits / t)[each, labels], 1e-12)).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def _descended(slope: Any, bend: Any, point: Any, steps: int) -> Any:
    """Minimise by L-BFGS with halved steps (Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 3.1)."""
    value, gradient = slope(point)
    pairs: list[tuple[Any, Any]] = []
    for _ in range(steps):
        if not gradient.any():
            break  # one label: nothing to choose
        direction = _direction(gradient, pairs) if pairs else gradient * (-_dot(gradient, gradient) / bend(gradient))
        fall = _dot(gradient, direction)
        length = 1.0
        for _ in range(_HALVINGS):
            tried = point + length * direction
            lower, steeper = slope(tried)
            if lower <= value + 1e-4 * length * fall:
                break
            length /= 2
        else:
            return point
        moved, changed = tried - point, steeper - gradient
        if _dot(moved, changed) > 0:
            pairs = [*pairs[1 - _REMEMBERED :], (moved, changed)]
        if value - lower <= 1e-6 * abs(value):
            return tried
        point, value, gradient = tried, lower, steeper
    return point


def _direction(gradient: Any, pairs: list[tuple[Any, Any]]) -> Any:
    """The way down, by what the last steps told about the curvature."""
    direction = -gradient
    shares = []
    for moved, changed in reversed(pairs):
        share = _dot(moved, direction) / _dot(moved, changed)
        shares.append(share)
        direction = direction - share * changed
    moved, changed = pairs[-1]
    direction *= _dot(moved, changed) / _dot(changed, changed)
    for (moved, changed), share in zip(pairs, reversed(shares), strict=True):
        direction += (share - _dot(changed, direction) / _dot(moved, changed)) * moved
    return direction


def _dot(one: Any, other: Any) -> float:
    return float(np.vdot(one, other))
