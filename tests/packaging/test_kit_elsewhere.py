"""The conformance kit works for somebody who has nothing of this repository but the sdk."""

from collections.abc import Callable
from pathlib import Path

from tests.packaging.conftest import Environment

TEST = """
import pytest
from atdesk_hello.adapter import HelloAdapter, HelloConfig

from atdesk_sdk import AccountRef
from atdesk_sdk.testing import AdapterCase, AdapterConformance


class Renamed(HelloAdapter):
    async def start(self, host):
        await super().start(host)
        self.name = "another name"

    async def post(self, flag):
        self.name = "hello"
        ref = await super().post(flag)
        self.name = "another name"
        return ref


class TestMine(AdapterConformance):
    @pytest.fixture
    def case(self, tmp_path):
        config = HelloConfig(name="hello", tenant="demo", file=tmp_path / "flags.jsonl")
        return AdapterCase(make=lambda: ADAPTER(config), accounts=[AccountRef("hello", "demo", "ana")])
"""


def judge(made: Environment, folder: Path, adapter: str) -> tuple[int, str]:
    module = folder / f"test_{adapter.lower()}.py"
    module.write_text(TEST.replace("ADAPTER(", f"{adapter}("), encoding="utf-8")
    # Warnings as errors, and pytest-asyncio in its default mode, strict: what authors have.
    options = ("-q", "-rs", "--strict-markers", "-W", "error", "-p", "no:cacheprovider")
    scope = ("-o", "asyncio_default_fixture_loop_scope=function")
    asked = ("-m", "pytest", *options, *scope, str(module))
    done = made.python(*asked, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_good_adapter_passes(environment: Callable[[str], Environment], tmp_path: Path) -> None:
    status, said = judge(environment("sdk[testing]+hello"), tmp_path, "HelloAdapter")
    assert status == 0, said
    assert "the adapter is no VideoSource" in said
    assert "the case gives no shown" in said


def test_a_bad_one_fails_and_sees_what_was_compared(
    environment: Callable[[str], Environment], tmp_path: Path
) -> None:
    status, said = judge(environment("sdk[testing]+hello"), tmp_path, "Renamed")
    assert status == 1, said
    assert "test_a_posted_flag_can_be_referred_to" in said
    assert "AssertionError: assert 'hello' == 'another name'" in said
