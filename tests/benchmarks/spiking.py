"""What bench-spikes compares with: labelled count series, and the usual detectors, each as a score for every bucket."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.signal import lfilter

from evals.spikes.detector import BUCKET
from tests.benchmarks.public import rows

SECONDS = int(BUCKET.total_seconds())
DAY, WEEK = 288, 2016
FEWEST = DAY  # buckets that a rolling window must have before it is compared with


@dataclass(frozen=True, slots=True)
class Labelled:
    """Counts of five minutes, and the windows in which something was wrong, as seconds and places."""

    name: str
    starts: np.ndarray
    counts: np.ndarray
    windows: tuple[tuple[float, float], ...]

    @property
    def weeks(self) -> float:
        return float(self.starts[-1] - self.starts[0]) / (7 * 86_400)

    def thinned(self, a_day: float, seed: int) -> "Labelled":
        """The same series with so many events a day on average: each event is kept by chance."""
        keep = min(1.0, a_day / (self.counts.mean() * DAY))
        chance = np.random.default_rng([seed, *self.name.encode()])
        return Labelled(self.name, self.starts, chance.binomial(self.counts, keep), self.windows)


def read(folder: Path) -> list[Labelled]:
    """Every series of the folder that has labelled windows, whatever they are called and however many there are."""
    windows = {
        Path(name).stem: spans
        for path in sorted(folder.glob("*windows*.json"))
        for name, spans in json.loads(path.read_text(encoding="utf-8")).items()
    }
    return [_series(path, windows[path.stem]) for path in sorted(folder.glob("*.csv")) if windows.get(path.stem)]


def _series(path: Path, spans: list[list[str]]) -> Labelled:
    table = rows(path)
    starts = np.array([_seconds(row["timestamp"]) for row in table])
    return Labelled(
        path.stem.rpartition("_")[2],
        starts - starts[0] % SECONDS,
        np.array([int(float(row["value"])) for row in table]),
        tuple((_seconds(first), _seconds(last)) for first, last in spans),
    )


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


Score = Callable[[np.ndarray], np.ndarray]


def baselines() -> Mapping[str, tuple[Score, ...]]:
    """Four settings of each detector: counts of five minutes or an hour, and two of the parameter that matters most."""
    return {
        "median + MAD": tuple(_over(_median, hours, days) for hours, days in _settings(7, 14)),
        "EWMA": tuple(_over(_ewma, hours, step) for hours, step in _settings(0.02, 0.1)),
        "CUSUM": tuple(_over(_cusum, hours, slack) for hours, slack in _settings(1.0, 3.0)),
        "Poisson tail": tuple(_over(_poisson, hours, days) for hours, days in _settings(7, 14)),
        "negative binomial tail": tuple(_over(_negative_binomial, hours, days) for hours, days in _settings(7, 14)),
        "river half-space trees": tuple(_over(_river, hours, window) for hours, window in _settings(DAY, WEEK)),
    }


def _settings(*values: float) -> Iterator[tuple[int, float]]:
    return ((buckets, value) for buckets in (1, 12) for value in values)


def _over(method: Callable[[np.ndarray, float], np.ndarray], buckets: int, setting: float) -> Score:
    return lambda counts: method(_sums(counts, buckets), setting)


def _sums(counts: np.ndarray, buckets: int) -> np.ndarray:
    total = np.concatenate([np.zeros(buckets), np.cumsum(counts, dtype=float)])
    return np.asarray(total[buckets:] - total[:-buckets])


def _before(counts: np.ndarray, days: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of the days before each bucket."""
    ends = np.arange(len(counts))
    first = np.maximum(0, ends - int(days * DAY))
    length = np.maximum(1, ends - first)
    total, squares = (np.concatenate([[0.0], np.cumsum(power)]) for power in (counts, counts**2))
    mean = (total[ends] - total[first]) / length
    return mean, np.maximum((squares[ends] - squares[first]) / length - mean**2, 0.0)


def _median(counts: np.ndarray, days: float) -> np.ndarray:
    score = np.zeros(len(counts))
    for start in range(FEWEST, len(counts), 12):  # once an hour
        past = counts[max(0, start - int(days * DAY)) : start]
        middle = np.median(past)
        spread = 1.4826 * np.median(np.abs(past - middle))
        score[start : start + 12] = (counts[start : start + 12] - middle) / (spread + 1.0)
    return score


def _ewma(counts: np.ndarray, step: float) -> np.ndarray:
    """How far an exponentially weighted mean is from the mean of two weeks, in its own standard deviations."""
    mean, variance = _before(counts, 14)
    smooth = lfilter([step], [1.0, step - 1.0], counts)
    return np.asarray((smooth - mean) / np.sqrt(variance * step / (2 - step) + 1.0))


def _cusum(counts: np.ndarray, slack: float) -> np.ndarray:
    mean, variance = _before(counts, 14)
    z = (counts - mean) / np.sqrt(variance + 1.0)
    score = np.zeros(len(counts))
    for i in range(FEWEST, len(counts)):
        score[i] = max(0.0, score[i - 1] + z[i] - slack)
    return score


def _poisson(counts: np.ndarray, days: float) -> np.ndarray:
    mean, _ = _before(counts, days)
    return np.asarray(-stats.poisson.logsf(counts - 1, np.maximum(mean, 1e-3)))


def _negative_binomial(counts: np.ndarray, days: float) -> np.ndarray:
    mean, variance = _before(counts, days)
    mean = np.maximum(mean, 1e-3)
    variance = np.maximum(variance, 1.01 * mean)
    return np.asarray(-stats.nbinom.logsf(counts - 1, mean**2 / (variance - mean), mean / variance))


def _river(counts: np.ndarray, window: float) -> np.ndarray:
    from river import anomaly, preprocessing

    trees = preprocessing.MinMaxScaler() | anomaly.HalfSpaceTrees(window_size=int(window), height=8, seed=1)
    score = np.zeros(len(counts))
    for i, count in enumerate(counts):
        told = {"count": float(count)}
        score[i] = trees.score_one(told)
        trees.learn_one(told)
    return score
