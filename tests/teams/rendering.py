"""Cards as Microsoft's own renderer shows them, in a headless Chromium, in Teams' light and dark theme.

`RATCHET_SCREENSHOTS=folder` keeps a picture of each.
"""

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browsing import CHROMIUM, page_at, picture
from tests.teams.themes import STYLE, THEMES, host_config

Json = dict[str, Any]

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
SCRIPTS = (MODULES / "adaptivecards/dist/adaptivecards.min.js", MODULES / "markdown-it/dist/markdown-it.min.js")
RENDERED = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium: apt-get install chromium"),
    pytest.mark.skipif(
        not all(script.exists() for script in SCRIPTS),
        reason="needs Microsoft's renderer: make test installs it by npm",
    ),
]


@dataclass(frozen=True, slots=True)
class Shown:
    """A card on the page: what the renderer objected to, and what can be read and found there."""

    problems: tuple[str, ...]
    text: str
    links: tuple[str, ...]
    images: tuple[str, ...]
    mentions: tuple[str, ...]
    buttons: tuple[str, ...]
    inputs: dict[str, str]
    overflowing: tuple[str, ...]


class Client:
    """A Teams client as far as it shows cards."""

    def __init__(self, page: Any) -> None:
        self._page = page

    async def show(self, card: Json, theme: str, *, title: str = "", name: str = "", wide: int = 760) -> Shown:
        """Show the card as a message, or under this title as a dialog; keep a picture under this name."""
        await self._page.set_viewport_size({"width": wide, "height": 900})
        about = {"theme": theme, "title": title, "host": host_config(theme), "colors": THEMES[theme]}
        seen = await self._page.evaluate("([card, about]) => show(card, about)", [card, about])
        if name:
            await picture(self._page, f"teams-{name}-{theme}", self._page.locator("#frame"))
        read: Json = {key: tuple(value) if isinstance(value, list) else value for key, value in seen.items()}
        return Shown(**read)

    async def press(self, label: str) -> None:
        """Press a button of the card: one that folds out, or the one that opens the menu."""
        await self._page.get_by_role("button", name=label, exact=True).click()

    async def send(self, label: str) -> Json:
        """Press what sends the form, and give what Teams would be sent; {} where an input must be filled in first."""
        await self._page.evaluate("window.sent = null")
        await self.press(label)
        sent: Json = await self._page.evaluate("window.sent || {}")
        return sent

    async def keep(self, name: str) -> None:
        """Keep a picture of the card as it is now."""
        await picture(self._page, f"teams-{name}", self._page.locator("#frame"))

    async def text(self) -> str:
        """Everything that can be read now."""
        text: str = await self._page.inner_text("#frame")
        return text


@contextlib.asynccontextmanager
async def client() -> AsyncIterator[Client]:
    """A client that has no card open yet."""
    async with page_at("about:blank") as page:
        await page.set_content(f"<!doctype html><style>{STYLE}</style><div id=frame></div>")
        for script in SCRIPTS:
            await page.add_script_tag(path=str(script))
        await page.add_script_tag(content=(HERE / "rendering.js").read_text())
        yield Client(page)


def said_in(card: Json) -> Iterator[str]:
    """Every text that must be readable on the card as it first stands: nothing that is folded in or behind a menu."""
    for node in _standing(card):
        kind = node.get("type", "")
        yield from (node[key] for key in ("label",) if isinstance(node.get(key), str))
        if kind in ("TextBlock", "TextRun", "Input.Toggle") or kind.startswith("Action."):
            yield str(node.get("text") or node.get("title") or "")
        for fact in node.get("facts", ()):
            yield from (fact["title"], fact["value"])
        if kind == "Input.ChoiceSet" and node.get("style") == "expanded":
            yield from (choice["title"] for choice in node["choices"])


def _standing(value: Any) -> Iterator[Json]:
    if isinstance(value, list):
        for inner in value:
            yield from _standing(inner)
    elif isinstance(value, dict) and value.get("mode") != "secondary":
        yield value
        for key, inner in value.items():
            if key in ("body", "items", "rows", "cells", "inlines", "actions", "columns"):
                yield from _standing(inner)


def pretty(card: Json) -> str:
    """The card to be looked at in a failed test."""
    return json.dumps(card, indent=1, ensure_ascii=False)[:4000]
