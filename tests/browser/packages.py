"""The npm packages of the tests: `make browser-packages` puts them beside this file."""

import functools
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Frame, Page

FOLDER = Path(__file__).parent / "node_modules"
AXE = Path("axe-core/axe.min.js")
GENESYS = Path("purecloud-client-app-sdk/dist/purecloud-client-app-sdk.js")
ZOOM = Path("@zoom/appssdk/dist/sdk.es.js")
MANIFESTS = Path("@microsoft/app-manifest/build/json-schemas/teams")
TEAMS = Path("@microsoft/teams-js/dist/umd/MicrosoftTeams.min.js")

# What WCAG 2.2 AA comes to in axe's own names: each version's tag holds what that version added.
_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = """
async (levels) => {
  const { violations } = await axe.run(document, {
    runOnly: { type: "tag", values: levels }, iframes: false, preload: false, resultTypes: ["violations"],
  });
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(n => n.target).join(" | ")}`);
}
"""


def is_installed(path: Path) -> bool:
    """Whether npm brought this file, for a test that has more to say than it needs the file for."""
    return (FOLDER / path).is_file()


@functools.cache
def package(path: Path) -> str:
    """The text of a packages' file; the test is skipped where npm did not bring it."""
    if not is_installed(path):
        pytest.skip(f"{path.parts[0]} is not installed (`make browser-packages` needs npm and a registry)")
    return (FOLDER / path).read_text(encoding="utf-8")


async def violations(page: Page | Frame) -> list[str]:
    """What axe finds against WCAG 2.2 AA, a line for each rule with where; the frames in it are left out."""
    await page.evaluate(package(AXE))
    found: Any = await page.evaluate(_RUN, _LEVELS)
    return [str(line) for line in found]
