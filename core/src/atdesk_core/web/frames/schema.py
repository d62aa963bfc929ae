"""The messages of `atdesk.frames.v1` as a JSON Schema, from the very models that read and write them."""

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from atdesk_core.web.frames.granting import TokenRequest
from atdesk_core.web.frames.protocol import SUBPROTOCOL, FromSender, ToSender


def frames_schema() -> dict[str, Any]:
    """One document: `fromSender`, `toSender`, `tokenRequest` under `$defs`, beside what they are made of."""
    wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        ("fromSender", "validation", TypeAdapter(FromSender)),
        ("toSender", "serialization", TypeAdapter(ToSender)),
        ("tokenRequest", "validation", TypeAdapter(TokenRequest)),
    ]
    refs, shared = TypeAdapter.json_schemas(wanted, ref_template="#/$defs/{model}")
    named = {name: refs[name, mode] for name, mode, _ in wanted}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SUBPROTOCOL,
        "description": "Text messages of the WebSocket at /frames, and the body of POST /frames/tokens. The "
        "header of binary messages is in docs/frames.md.",
        "anyOf": [{"$ref": "#/$defs/fromSender"}, {"$ref": "#/$defs/toSender"}],
        "$defs": {**named, **shared["$defs"]},
    }
