"""Each answer of Graph and of its sign-in is one verdict, with the way out and nothing anybody typed."""

from __future__ import annotations

import pytest

from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater
from atdesk_teams.errors import (
    CLEAR_SESSION,
    READ,
    SET_PREFERRED,
    NoSession,
    PermissionMissing,
    UserGone,
    retry_seconds,
    sign_in_verdict,
    verdict,
)

_ERROR = b'{"error":{"code":"Some","message":"Dana typed this"}}'
_HTML = b"<html><body>Blocked by your network</body></html>"


@pytest.mark.parametrize(
    ("what", "status", "body", "writes", "kind"),
    [
        (READ, 400, _ERROR, False, GiveUp),
        (READ, 401, _ERROR, False, CredentialsBad),
        (READ, 403, _ERROR, False, PermissionMissing),
        (READ, 403, _HTML, False, TryLater),
        (READ, 404, _ERROR, False, UserGone),
        (READ, 404, _HTML, False, TryLater),
        (READ, 407, _HTML, False, TryLater),
        (READ, 429, _ERROR, False, TryLater),
        (READ, 500, _ERROR, False, TryLater),
        (READ, 503, _HTML, False, TryLater),
        (SET_PREFERRED, 400, _ERROR, True, GiveUp),
        (SET_PREFERRED, 403, _ERROR, True, PermissionMissing),
        (SET_PREFERRED, 408, _HTML, True, OutcomeUnknown),
        (SET_PREFERRED, 429, _ERROR, True, TryLater),
        (SET_PREFERRED, 500, _ERROR, True, OutcomeUnknown),
        (SET_PREFERRED, 502, _HTML, True, OutcomeUnknown),
        (SET_PREFERRED, 503, _ERROR, True, TryLater),
        (SET_PREFERRED, 504, b"", True, OutcomeUnknown),
        (CLEAR_SESSION, 404, _ERROR, True, NoSession),
    ],
)
def test_each_answer_is_a_verdict(
    what: str, status: int, body: bytes, writes: bool, kind: type[AdapterError]
) -> None:
    problem = verdict(what, status, body, "text/html" if body is _HTML else "", "12", writes=writes)
    assert type(problem) is kind
    assert "Dana" not in str(problem)
    if isinstance(problem, TryLater) and status in (429, 503):
        assert problem.retry_after_s == 12.0
    if status == 403 and body is _ERROR:
        assert ("Presence.Read.All" if what == READ else "Presence.ReadWrite.All") in str(problem)


@pytest.mark.parametrize(("header", "seconds"), [("12", 12.0), ("86400", 300.0), ("-1", None), ("now", None)])
def test_a_wait_that_cannot_be_meant_is_cut_short(header: str, seconds: float | None) -> None:
    assert retry_seconds(header) == seconds


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("7000215", "value, not its id"),
        ("7000222", "has expired"),
        ("700027", "certificate"),
        ("700016", "client_id"),
        ("90002", "no tenant t-1"),
        ("65001", "consented"),
        ("7000112", "disabled"),
        ("53003", "Conditional Access"),
        ("123456", "check client_id"),
    ],
)
def test_each_refusal_of_the_sign_in_says_the_way_out(number: str, says: str) -> None:
    answer = {"error": "invalid_client", "error_description": f"AADSTS{number}: for dana@example.invalid"}
    problem = sign_in_verdict(answer, proof="env:SECRET", client="c-1", tenant="t-1")
    assert isinstance(problem, CredentialsBad)
    assert says in str(problem)
    assert number in str(problem)
    assert "dana" not in str(problem)


def test_a_sign_in_that_is_busy_is_tried_later() -> None:
    assert isinstance(
        sign_in_verdict({"error": "temporarily_unavailable"}, proof="", client="", tenant=""), TryLater
    )
