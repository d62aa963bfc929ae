"""The page docs/teams.md is true: its tables, its keys, its permissions and its example."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest

from atdesk_core.runtime.sign_in_config import ConsoleTable, SignInTable
from atdesk_teams.config import TeamsConfig
from atdesk_teams.errors import _SIGN_IN, NEEDS

PAGE = (Path(__file__).parents[2] / "docs" / "teams.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def _tables(number: int) -> dict[str, Any]:
    return tomllib.loads(_blocks("toml")[number])


@pytest.mark.parametrize("key", sorted(set(TeamsConfig.model_fields) - {"name", "tenant"}))
def test_every_key_is_documented(key: str) -> None:
    assert re.search(rf"^\| .*`{key}`.*\|", PAGE, re.MULTILINE), f"docs/teams.md does not name {key}"


def test_the_tables_are_ones_that_are_accepted() -> None:
    tables = _tables(0)
    (tenant,), (sign_in,) = tables["teams"], tables["sign_in"]
    config = TeamsConfig(**tenant)
    assert config.capabilities.shows_findings
    assert config.tenant == SignInTable(**sign_in).tenant
    assert any("teams.microsoft.com" in origin for origin in ConsoleTable(**tables["console"]).origins)


def test_a_certificate_takes_the_place_of_the_secret() -> None:
    (tenant,) = _tables(0)["teams"]
    certificate = _tables(1)["teams"]["certificate"]
    config = TeamsConfig(
        **{key: value for key, value in tenant.items() if key != "client_secret"}
        | {"certificate": certificate, "bot_secret": "env:BOT"}
    )
    assert config.certificate is not None


def test_without_a_bot_the_finding_stays_out_of_the_cards() -> None:
    (tenant,) = _tables(2)["teams"]
    assert not TeamsConfig(**tenant).capabilities.shows_findings


@pytest.mark.parametrize("permission", sorted({*NEEDS.values()}))
def test_every_permission_is_documented(permission: str) -> None:
    assert f"| `{permission}` |" in PAGE


@pytest.mark.parametrize("number", re.findall(r"AADSTS(\d+)", PAGE))
def test_every_refusal_on_the_page_is_one_that_is_explained(number: str) -> None:
    assert number in _SIGN_IN


async def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = _blocks("python")
    space: dict[str, object] = {}
    exec("async def story():\n" + textwrap.indent(example, "    "), space)  # noqa: S102 - our own page
    await space["story"]()  # type: ignore[operator]
    assert capsys.readouterr().out == "InACall\n"


def test_announcing_loads_neither_http_nor_sign_in_nor_the_bot() -> None:
    heavy = "{'httpx2', 'msal', 'microsoft_teams', 'starlette'}"
    program = f"import sys, atdesk_teams.adapter; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert said.stdout == "[]\n"
