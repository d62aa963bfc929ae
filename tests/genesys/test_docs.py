"""The page docs/genesys.md is true: its table, its keys and its examples."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from atdesk_core.runtime.sign_in_config import ConsoleTable, SignInTable
from atdesk_genesys.config import GenesysConfig
from atdesk_genesys.errors import NEEDS
from atdesk_genesys.simulator.sign_in import PAGE_SCOPES

PAGE = (Path(__file__).parents[2] / "docs" / "genesys.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("key", sorted(set(GenesysConfig.model_fields) - {"name", "tenant"}))
def test_every_key_is_documented(key: str) -> None:
    assert re.search(rf"^\| .*`{key}`.*\|", PAGE, re.MULTILINE), f"docs/genesys.md does not name {key}"


def test_the_table_is_one_that_is_accepted() -> None:
    table, _ = _blocks("toml")
    (tenant,) = tomllib.loads(table)["genesys"]
    assert GenesysConfig(**tenant).region == "eu-central-1"


def test_the_sign_in_of_the_page_is_one_that_is_accepted() -> None:
    tables = tomllib.loads(_blocks("toml")[1])
    (sign_in,) = tables["sign_in"]
    assert SignInTable(**sign_in).client_secret is None
    assert ConsoleTable(**tables["console"]).origins == ("https://apps.mypurecloud.de",)


def test_the_app_is_what_genesys_takes() -> None:
    """Permissions that Genesys passes on, a sandbox with popups for the sign-in, and our own address."""
    (block,) = _blocks("json")
    app = json.loads(block)
    assert app["permissions"] == "camera"
    assert {"allow-popups", "allow-scripts", "allow-same-origin"} <= set(app["sandbox"].split(","))
    address = urlsplit(app["url"].replace("{{", "").replace("}}", ""))
    assert address.path == "/me/"
    assert set(parse_qs(address.query)) == {"host", "gcHostOrigin", "gcTargetEnv", "lang"}
    assert set(app["lifecycle"]["hooks"].values()) == {True}


@pytest.mark.parametrize("scope", sorted(PAGE_SCOPES))
def test_every_scope_of_the_page_is_documented(scope: str) -> None:
    assert f"`{scope}`" in PAGE


@pytest.mark.parametrize("permission", sorted(NEEDS.values()))
def test_every_permission_is_documented(permission: str) -> None:
    assert f"| `{permission}` |" in PAGE


async def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """It waits for a write that only an adapter makes; so one is made first."""
    (example,) = _blocks("python")
    write = """
        import httpx2
        async with httpx2.AsyncClient(base_url=sim.base_url) as http:
            form = {"grant_type": "client_credentials"}
            auth = (sim.client_id, sim.client_secret)
            token = (await http.post("/oauth/token", data=form, auth=auth)).json()["access_token"]
            away = {"presenceDefinition": {"id": sim.world.definition("Away from desk").id}}
            path = f"/api/v2/users/{sim.world.agent('Mira Halloran').id}/presences/purecloud"
            try:
                await http.patch(path, json=away, headers={"Authorization": f"Bearer {token}"})
            except httpx2.HTTPError:
                pass
    """
    made = example.replace(
        "    await sim.log.wait", textwrap.indent(textwrap.dedent(write), "    ") + "    await sim.log.wait"
    )
    space: dict[str, object] = {}
    exec("async def story():\n" + textwrap.indent(made, "    "), space)  # noqa: S102 - our own page
    await space["story"]()  # type: ignore[operator]
    assert capsys.readouterr().out == "Away from desk\n"


def test_announcing_loads_neither_http_nor_sockets() -> None:
    heavy = "{'httpx2', 'websockets', 'starlette'}"
    program = f"import sys, atdesk_genesys.adapter; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert said.stdout == "[]\n"
