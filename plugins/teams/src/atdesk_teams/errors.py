"""What an answer of Microsoft Graph or of its sign-in means for us: one verdict of `atdesk_sdk.errors` each.

    UserGone          404 about one user: the tenant has no such user any more
    NoSession         404 on clearing: there is no presence session of ours; what was wanted is so
    PermissionMissing 403: the app lacks a permission, which the message names

All three are `AdapterError`s, for whoever lets one through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater

READ: Final = "read presences"
READ_ONE: Final = "read a presence"
SET_PREFERRED: Final = "set the preferred presence"
CLEAR_PREFERRED: Final = "clear the preferred presence"
SET_SESSION: Final = "set the app's presence session"
CLEAR_SESSION: Final = "clear the app's presence session"

#: Application permission that a refused call needs, by what we were doing.
NEEDS: Final[Mapping[str, str]] = {
    READ: "Presence.Read.All",
    READ_ONE: "Presence.Read.All",
    SET_PREFERRED: "Presence.ReadWrite.All",
    CLEAR_PREFERRED: "Presence.ReadWrite.All",
    SET_SESSION: "Presence.ReadWrite.All",
    CLEAR_SESSION: "Presence.ReadWrite.All",
}

#: Answered by something before the service, or by a service that had already begun.
_OUTCOME_OPEN: Final = frozenset({408, 500, 502, 504})

#: Longest wait that is believed, seconds: a slip of a gateway must not keep us silent for a day.
_LONGEST_S: Final = 300.0

#: Numbers that the sign-in gives in an error, and the way out. See the Entra error code reference.
_SIGN_IN: Final[Mapping[str, str]] = {
    "7000215": "the client secret is wrong; put its value, not its id, where {proof} points",
    "7000222": "the client secret has expired; make a new one and put it where {proof} points",
    "700027": "the certificate is not the one in the app registration, or has expired; upload it there",
    "700016": "there is no app {client} in the tenant {tenant}; check client_id and tenant",
    "90002": "there is no tenant {tenant}; check tenant",
    "90013": "the tenant {tenant} is not accepted; check tenant",
    "65001": "an administrator of the tenant has not consented to the app, or has taken it back",
    "7000112": "the app {client} is disabled in the tenant; enable it under Enterprise applications",
    "700082": "the sign-in has expired; sign in again",
    "53003": "a Conditional Access policy of the tenant blocks the app",
}
_NUMBER: Final = re.compile(r"AADSTS(\d+)")


class UserGone(GiveUp):
    """404, asked about this very user."""


class NoSession(GiveUp):
    """404 on clearing a presence session: there is none."""


class PermissionMissing(CredentialsBad):
    """403: the app lacks an application permission, or an administrator has taken it back."""


class _Inner(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: str = ""
    message: str = ""


class _ErrorBody(BaseModel):
    """What Graph says of an error. Anything else is ignored."""

    model_config = ConfigDict(extra="ignore")

    error: _Inner = Field(default_factory=_Inner)


def verdict(
    what: str, status: int, body: bytes, content_type: str, retry_after: str | None, *, writes: bool
) -> AdapterError:
    """Turn an answer that is no success into what the caller has to know.

    Args:
        what: What we were doing; one of the names above.
        status: HTTP status.
        body: The answer's bytes. Its message is not repeated: it can hold what somebody typed.
        content_type: As it came.
        retry_after: The header, as it came.
        writes: Whether the request changes something, so that an unclear answer leaves its outcome open.
    """
    code = error_code(body)
    said = f"{what}: Graph answered {status} {code or _kind(content_type)}"
    if status == 429:
        return TryLater(f"{said}: too many requests", retry_seconds(retry_after))
    if status == 503:
        return TryLater(said, retry_seconds(retry_after))
    if status in _OUTCOME_OPEN or status > 504:
        return OutcomeUnknown(said) if writes else TryLater(said, retry_seconds(retry_after))
    return _refusal(what, status, code, said)


def _refusal(what: str, status: int, code: str, said: str) -> AdapterError:
    if not code and status in (401, 403, 404, 407, 511):
        # Not one of Graph's own answers: a proxy or a sign-in page of the network stands in between.
        return TryLater(f"{said}: this is not Graph's own answer; is a proxy in between?")
    if status == 401:
        return CredentialsBad(f"{said}: the token is refused even when new; check tenant and graph_url")
    if status == 403:
        needed = NEEDS.get(what, "the permission of this call")
        return PermissionMissing(
            f"{said}: give the app the application permission {needed} and an administrator's consent"
        )
    if status == 404 and what == CLEAR_SESSION:
        return NoSession(said)
    if status == 404:
        return UserGone(f"{said}: the tenant has no such user")
    return GiveUp(said)


def sign_in_verdict(answer: Mapping[str, object], *, proof: str, client: str, tenant: str) -> AdapterError:
    """Turn a token answer without a token into a verdict, with the way out.

    Args:
        answer: `error`, `error_description` and `error_codes` of the sign-in.
        proof: Reference of the secret or path of the certificate.
        client: Client id.
        tenant: Tenant id.
    """
    error, described = str(answer.get("error", "")), str(answer.get("error_description", ""))
    found = _NUMBER.search(described)
    number = found[1] if found else ""
    if error in ("temporarily_unavailable", "server_error"):
        return TryLater(f"sign in: the sign-in of Microsoft says {error}")
    way_out = _SIGN_IN.get(number, "check client_id, tenant and {proof}")
    said = f"AADSTS{number}" if number else error or "no reason"
    way_out = way_out.format(proof=proof, client=client, tenant=tenant)
    return CredentialsBad(f"sign in: Microsoft refuses the app ({said}): {way_out}")


def unreached(error: Exception) -> str:
    """Say why a host could not be reached; what a gateway that nobody trusts asks for is named."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "its certificate is not trusted; if it is a gateway of yours, give ca_file"
    return type(error).__name__


def error_code(body: bytes) -> str:
    """Read the code of an error body; what is no such body gives none."""
    try:
        return _ErrorBody.model_validate_json(body).error.code
    except ValidationError:
        return ""


def retry_seconds(header: str | None) -> float | None:
    """Read `Retry-After`: seconds, at most `_LONGEST_S`. Anything else counts as not said."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return min(seconds, _LONGEST_S) if 0 <= seconds < float("inf") else None


def _kind(content_type: str) -> str:
    return f"without a code ({content_type.partition(';')[0] or 'no body'})"
