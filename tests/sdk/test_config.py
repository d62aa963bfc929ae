"""Secrets are named, never held; what cannot be read says so without telling the value."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from atdesk_sdk import AdapterConfig, ConfigError, SecretRef, resolve_secret


class Config(AdapterConfig):
    token: SecretRef


def test_a_secret_in_clear_is_refused() -> None:
    with pytest.raises(ValidationError, match="never in clear"):
        Config(name="a", tenant="b", token="hunter2")


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="tokn"):
        Config.model_validate({"name": "a", "tenant": "b", "token": "env:A", "tokn": 1})


def test_a_secret_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATDESK_TEST_SECRET", "hunter2")
    assert resolve_secret("env:ATDESK_TEST_SECRET") == "hunter2"


def test_a_secret_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hunter2\n", encoding="utf-8")
    assert resolve_secret(f"file:{tmp_path / 'token'}") == "hunter2"


@pytest.mark.parametrize("reference", ["env:ATDESK_NOT_SET", "file:/not/there/at/all"])
def test_a_missing_secret_is_named(reference: str) -> None:
    with pytest.raises(ConfigError, match=reference):
        resolve_secret(reference)


def test_an_empty_secret_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="not set or empty"):
        resolve_secret(f"file:{tmp_path / 'empty'}")
