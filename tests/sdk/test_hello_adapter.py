"""The example adapter stays small, and passes the kit like any other."""

import importlib
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from atdesk_sdk import AccountRef, AdapterSpec, MessageRef
from atdesk_sdk.testing import AdapterCase, AdapterConformance

EXAMPLE = Path(__file__).parents[2] / "examples" / "hello-adapter"


@pytest.fixture
def spec(monkeypatch: pytest.MonkeyPatch) -> AdapterSpec:
    """What the example registers, from its sources."""
    monkeypatch.syspath_prepend(EXAMPLE / "src")
    registered: list[AdapterSpec] = []
    importlib.import_module("atdesk_hello.adapter").atdesk_register_adapters(registered.append)
    return registered[0]


class TestHelloAdapter(AdapterConformance):
    @pytest.fixture
    def case(self, spec: AdapterSpec, tmp_path: Path) -> AdapterCase:
        file = tmp_path / "flags.jsonl"
        good = spec.config.model_validate({"name": "hello", "tenant": "demo", "file": file})
        bad = spec.config.model_validate({"name": "hello", "tenant": "demo", "file": tmp_path})

        def lines() -> list[dict[str, Any]]:
            return [json.loads(line) for line in file.read_text("utf-8").splitlines()]

        async def shown(ref: MessageRef) -> str:
            last = [line for line in lines() if line.get("flag") == ref.external_id][-1]
            return json.dumps(last)

        async def told(account: AccountRef) -> Sequence[str]:
            mine = [
                line for line in lines() if line.get("account", {}).get("external_id") == account.external_id
            ]
            return [line["text"] for line in mine]

        async def outage() -> None:
            file.unlink()
            file.mkdir()

        return AdapterCase(
            make=lambda: spec.build(good),
            make_broken=lambda: spec.build(bad),
            accounts=[AccountRef("hello", "demo", "ana"), AccountRef("hello", "demo", "ben")],
            outage=outage,
            shown=shown,
            told=told,
        )


def test_it_is_short() -> None:
    lines = [line for path in EXAMPLE.rglob("*.py") for line in path.read_text("utf-8").splitlines()]
    assert 0 < len(lines) <= 60


def test_it_depends_on_the_sdk_alone() -> None:
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    assert [requirement.split(">")[0] for requirement in project["dependencies"]] == ["atdesk-sdk"]
    assert project["entry-points"]["atdesk.adapters"] == {"hello": "atdesk_hello.adapter"}
