"""Microsoft's own client judges what we write: its bodies and paths for the same requests are ours."""

from __future__ import annotations

import importlib.util
import json
import warnings
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from atdesk_teams import protocol

pytestmark = [
    pytest.mark.judge,
    pytest.mark.skipif(
        importlib.util.find_spec("msgraph") is None,
        reason="Microsoft's SDK of Graph is not installed: pip install msgraph-sdk==1.65.0",
    ),
]

USER = "c0ffee00-1a2b-4c3d-8e4f-000000000001"


def _serialised(body: Any) -> dict[str, Any]:
    from kiota_serialization_json.json_serialization_writer import JsonSerializationWriter  # noqa: PLC0415

    writer = JsonSerializationWriter()
    writer.write_object_value(None, body)
    found: dict[str, Any] = json.loads(writer.get_serialized_content())
    return found


def _body(verb: str) -> Any:
    """An empty body of the official client for a verb such as `set_presence`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the vendor's modules warn of on import is not ours
        module = importlib.import_module(
            f"msgraph.generated.users.item.presence.{verb}.{verb}_post_request_body"
        )
    name = "".join(part.capitalize() for part in verb.split("_"))
    return getattr(module, f"{name}PostRequestBody")()


def _same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """The official client writes a duration in its own way; it is the same one."""
    ours, theirs = dict(ours), dict(theirs)
    assert (ours.pop("expirationDuration", None) is None) == (theirs.pop("expirationDuration", None) is None)
    assert ours == theirs


def test_the_preferred_presence() -> None:
    official = _body("set_user_preferred_presence")
    official.availability = official.activity = "Away"
    official.expiration_duration = timedelta(minutes=10)
    _same(protocol.preferred_away(600), _serialised(official))


def test_a_presence_session() -> None:
    official = _body("set_presence")
    official.session_id, official.availability, official.activity = "app-1", "Away", "Away"
    official.expiration_duration = timedelta(minutes=10)
    _same(protocol.session_away("app-1", 600), _serialised(official))


def test_the_end_of_a_presence_session() -> None:
    official = _body("clear_presence")
    official.session_id = "app-1"
    _same(protocol.session_over("app-1"), _serialised(official))


def test_clearing_the_preferred_presence_has_no_body() -> None:
    name = "msgraph.generated.users.item.presence.clear_user_preferred_presence"
    assert importlib.util.find_spec(f"{name}.clear_user_preferred_presence_post_request_body") is None


def test_a_bulk_read() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = importlib.import_module(
            "msgraph.generated.communications.get_presences_by_user_id.get_presences_by_user_id_post_request_body"
        )
    official = module.GetPresencesByUserIdPostRequestBody()
    official.ids = [USER]
    _same(protocol.read_body([USER]), _serialised(official))


@pytest.mark.parametrize(
    ("seconds", "written"), [(600, "PT10M"), (300, "PT5M"), (3600, "PT60M"), (330, "PT330S")]
)
def test_a_duration_is_one_that_others_read(seconds: int, written: str) -> None:
    assert protocol.duration(seconds) == written
    assert TypeAdapter(timedelta).validate_python(written).total_seconds() == seconds
