"""What an answer of Genesys Cloud means for us: one verdict of `atdesk_sdk.errors` for each.

    ChannelGone           the notification channel is not ours any more; make a new one
    StateConflict         409: an earlier presence change is still being carried out; read again
    WriteForbidden        403 on a presence change; the agent is left alone for a while, longer each time
    UserGone              404 `presenceservice.usernotfound`: the organisation has no such user any more

All four are `AdapterError`s, for whoever lets one through.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater


class ChannelGone(TryLater):
    """The channel is not there, or belongs to another token."""


class StateConflict(TryLater):
    """409 `presenceservice.conflict`: a previous update has not yet completed."""


class WriteForbidden(CredentialsBad):
    """The client may not change this agent's presence."""


class UserGone(GiveUp):
    """404 `presenceservice.usernotfound`, asked about this very user."""


class ErrorBody(BaseModel):
    """What an error says of itself [PY] models/error_body.py. Anything else is ignored."""

    model_config = ConfigDict(extra="ignore")

    code: str = ""
    message: str = ""


#: Permission that a refused call needs, by what we were doing; said in the message.
NEEDS: Mapping[str, str] = {
    "set presence": "presence:userPresence:edit",
    "read presence definitions": "presence:presenceDefinition:view",
}

#: What is done with a person's own token, and never with ours.
ASK_WHO = "ask who is signed in"
ON_QUEUE = "go back on queue"
_PERSONAL = frozenset({ASK_WHO, ON_QUEUE})

#: Answered by something before the service, or by a service that had already begun.
_OUTCOME_OPEN = frozenset({408, 500, 502, 504})


def verdict(what: str, status: int, body: bytes, retry_after: str | None, *, writes: bool) -> AdapterError:
    """Turn an answer that is no success into what the caller has to know.

    Args:
        what: What we were doing, in words; no address, which may be a secret.
        status: HTTP status.
        body: The answer's bytes.
        retry_after: The header, as it came.
        writes: Whether the request changes something, so that an unclear answer leaves its outcome open.
    """
    problem = parse_error(body)
    said = f"{what}: Genesys answered {status} {problem.code or 'without a code'}"
    if status == 429:
        return TryLater(f"{said}: too many requests", retry_seconds(retry_after) or 60.0)
    if status == 503:
        return TryLater(said, retry_seconds(retry_after))
    if status == 409:
        return StateConflict(said)
    if status in _OUTCOME_OPEN or status > 504:
        return OutcomeUnknown(said) if writes else TryLater(said, retry_seconds(retry_after))
    return _refusal(what, status, problem, said)


def _refusal(what: str, status: int, problem: ErrorBody, said: str) -> AdapterError:
    if what in _PERSONAL and status in (400, 401, 403):
        return _personal_refusal(status, problem, said)
    if status in (401, 404) and what in ("subscribe", "unsubscribe"):
        # The channel died, or its token did; either way a new one has to be made.
        return ChannelGone(said)
    if status == 401:
        return CredentialsBad(f"{said}: the token is refused even when new; check the OAuth client")
    if status == 403:
        needed = NEEDS.get(what)
        way_out = f"give the OAuth client's role {needed}" if needed else problem.message
        kind = WriteForbidden if what == "set presence" else CredentialsBad
        return kind(f"{said}: {way_out}")
    if status == 404 and problem.code == "presenceservice.usernotfound":
        return UserGone(said)
    return GiveUp(f"{said}: {problem.message}" if problem.message else said)


def _personal_refusal(status: int, problem: ErrorBody, said: str) -> AdapterError:
    if status == 401:
        return CredentialsBad(f"{said}: the sign-in is over; sign in to Genesys again")
    if problem.code == "not.a.user":
        return GiveUp(f"{said}: this is a client's token; only an agent's own sign-in does it")
    if problem.code == "app.not.authorized.for.scope":
        return CredentialsBad(f"{said}: give the page's OAuth client the scopes user-basic-info and presence")
    if problem.code == "presence.not.authorized.update.on.queue":
        return GiveUp(f"{said}: the agent's role lacks routing:agent:onqueue")
    return GiveUp(f"{said}: {problem.message}" if problem.message else said)


def parse_error(body: bytes) -> ErrorBody:
    """Read an error body; what is no such body gives an empty one."""
    try:
        return ErrorBody.model_validate_json(body)
    except ValidationError:
        return ErrorBody()


def retry_seconds(header: str | None) -> float | None:
    """Read `Retry-After`: seconds, as Genesys sends it [COMMON]. Anything else counts as not said."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
