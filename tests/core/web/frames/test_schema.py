"""The JSON Schema that is published says what is really read and written."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from atdesk_core.web.frames.schema import frames_schema

DOCS = Path(__file__).parents[4] / "docs"
SCHEMA: dict[str, Any] = json.loads((DOCS / "contract" / "frames.schema.json").read_text("utf-8"))
TABLES = re.findall(r"^\| `(\w+)` `\{([^}]*)\}`", (DOCS / "frames.md").read_text("utf-8"), re.MULTILINE)


def test_the_published_schema_is_that_of_the_models() -> None:
    """After a change: python core/tools/write_frames_schema.py."""
    assert frames_schema() == SCHEMA


def test_every_reference_leads_somewhere() -> None:
    for name in re.findall(r'"#/\$defs/([^"]+)"', json.dumps(SCHEMA)):
        assert name in SCHEMA["$defs"]


def named(kind: str) -> dict[str, dict[str, Any]]:
    """The messages of one side, by their `t`."""
    part = SCHEMA["$defs"][kind]
    models = [SCHEMA["$defs"][one["$ref"].rsplit("/")[-1]] for one in part.get("oneOf", part.get("anyOf"))]
    return {model["properties"]["t"]["const"]: model for model in models}


MESSAGES = named("fromSender") | named("toSender")


def test_every_message_is_told_by_its_t_and_explained() -> None:
    for model in MESSAGES.values():
        assert "t" in model["required"]
        assert model["description"]


@pytest.mark.parametrize(("t", "fields"), TABLES)
def test_the_tables_of_the_page_name_the_fields_of_the_schema(t: str, fields: str) -> None:
    listed = {name.strip() for name in fields.split(",")}
    assert listed == set(MESSAGES[t]["properties"]) - {"t"}


def test_the_page_names_every_message() -> None:
    text = (DOCS / "frames.md").read_text("utf-8")
    assert {t for t in MESSAGES if f"`{t}`" not in text} == set()
    assert len(TABLES) >= 10


@pytest.mark.parametrize("model", ["AccountFacts", "MeetingFacts"])
def test_the_page_names_every_field_of_a_token_request(model: str) -> None:
    text = (DOCS / "frames.md").read_text("utf-8").split("# A token for a forwarder")[1]
    named_there = set(re.findall(r'["`](\w+)["`]', text))
    assert set(SCHEMA["$defs"][model]["properties"]) <= named_there
