"""`POST /api/me/effect`: the page of a Teams effect gets the token of its stream, on this machine alone."""

from collections.abc import Callable
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from atdesk_core.identity import Directory
from atdesk_core.runtime.teams_effect import TeamsEffectTable
from atdesk_core.web.frames.tokens import STREAM_S, StreamTokens
from atdesk_core.web.own.answers import Call
from atdesk_core.web.sign_in import is_loopback
from atdesk_sdk import AccountRef

PLATFORM: Final = "teams"
_MOST_BYTES: Final = 4_096


class _Wanted(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    meeting_id: Annotated[str, Field(max_length=500)]


class EffectTokens:
    """Gives them.

    Args:
        effect: Whether it is on, and in which meetings.
        tokens: Where the tokens are kept.
        directory: The newest snapshot.
    """

    def __init__(
        self, effect: TeamsEffectTable, tokens: StreamTokens, directory: Callable[[], Directory]
    ) -> None:
        self._effect = effect
        self._tokens = tokens
        self._directory = directory

    async def give(self, call: Call) -> Response:
        """A token for the agent's own outgoing picture in one listed meeting."""
        here = call.request.client
        if not self._effect.is_on:
            return _no(404, "effect_off", "[teams_effect] is off in this service")
        if here is None or not is_loopback(here.host):
            return _no(403, "other_machine", "frames of a Teams effect may not leave the machine")
        meeting = self._effect.meeting_of(await _meeting_id(call.request))
        if meeting is None:
            return _no(409, "meeting_not_listed", "this meeting is in no [[teams_effect.meeting]]")
        account = self._account_of(call.agent_id)
        if account is None:
            return _no(409, "no_account", "no Teams account is confirmed for this agent")
        token = self._tokens.issue(account, meeting, of_effect=True)
        return JSONResponse({"token": token, "stream_s": int(STREAM_S)}, 201)

    def _account_of(self, agent_id: str) -> AccountRef | None:
        accounts = self._directory().accounts_of(agent_id)
        return next((ref for ref in accounts if ref.platform == PLATFORM), None)


async def _meeting_id(request: Request) -> str:
    """The id that the page names; empty when it names none."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            return ""
    try:
        return _Wanted.model_validate_json(bytes(body)).meeting_id
    except ValidationError:
        return ""


def _no(status: int, code: str, message: str) -> Response:
    """The page has words of its own for each code; the message is for whoever runs this."""
    return JSONResponse({"error": {"code": code, "message": message}}, status)
