"""`POST /frames/tokens`: a forwarder asks for the token of one stream."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from atdesk_core.identity import Directory
from atdesk_core.web.frames.allowance import Allowance
from atdesk_core.web.frames.tokens import OPEN_WITHIN_S, STREAM_S, Forwarder, StreamTokens, forwarder_of
from atdesk_sdk import AccountRef, Meeting

MAX_BODY_BYTES: Final = 16 * 1024
TOKENS_AT_ONCE: Final = 600
TOKENS_PER_S: Final = 10.0
GUESSES_AT_ONCE: Final = 30
GUESSES_PER_S: Final = 0.2

Id = Annotated[str, Field(min_length=1, max_length=500)]
_STRICT: Final = ConfigDict(frozen=True, strict=True, extra="forbid")


class AccountFacts(BaseModel):
    """Whose camera it is, by the platform's own ids."""

    model_config = _STRICT

    platform: Id
    tenant: Id
    external_id: Id

    def ref(self) -> AccountRef:
        """As the directory has it."""
        return AccountRef(self.platform, self.tenant, self.external_id)


class MeetingFacts(BaseModel):
    """What policy has to know of the meeting; what is not known is null, and then nobody is looked at."""

    model_config = _STRICT

    id: Id
    series: Id | None = None
    participants: Annotated[int, Field(ge=1)] | None = None
    outside_guests: bool | None = None
    breakout: bool = False
    people_told: bool = False

    def meeting(self) -> Meeting:
        """As the engine has it."""
        return Meeting(
            self.id,
            self.series or self.id,
            self.participants,
            self.outside_guests,
            self.breakout,
            self.people_told,
        )


class TokenRequest(BaseModel):
    """The body."""

    model_config = _STRICT

    account: AccountFacts
    meeting: MeetingFacts


class TokenRefused(Exception):
    """No token is given."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


Endpoint = Callable[[Request], Awaitable[Response]]


def token_endpoint(
    forwarders: Sequence[Forwarder],
    tokens: StreamTokens,
    directory: Callable[[], Directory],
    clock: Callable[[], float],
) -> Endpoint:
    """The endpoint.

    Args:
        forwarders: Who may ask.
        tokens: Where the tokens are kept.
        directory: The newest snapshot.
        clock: Seconds that never go back, for the rate.
    """
    rates = {id(one): Allowance(TOKENS_AT_ONCE, TOKENS_PER_S) for one in forwarders}
    strangers = Allowance(GUESSES_AT_ONCE, GUESSES_PER_S)

    async def give(request: Request) -> Response:
        try:
            forwarder = _authorised(request, forwarders, strangers, clock())
            if not rates[id(forwarder)].spend(clock()):
                raise TokenRefused(429, "too_many", "too many tokens: wait some seconds")
            wanted = _read(await _body(request))
            account = _allowed(wanted, forwarder, directory())
        except TokenRefused as refused:
            error = {"code": refused.code, "message": str(refused)}
            return JSONResponse({"error": error}, refused.status)
        given = {"token": tokens.issue(account, wanted.meeting.meeting())}
        lives = {"expires_in_s": int(OPEN_WITHIN_S), "stream_s": int(STREAM_S)}
        return JSONResponse(given | lives, 201, headers={"Cache-Control": "no-store"})

    return give


def _authorised(
    request: Request, forwarders: Sequence[Forwarder], strangers: Allowance, now: float
) -> Forwarder:
    """Whoever guesses does so slowly."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    forwarder = forwarder_of(forwarders, secret.strip()) if scheme.lower() == "bearer" else None
    if forwarder is not None:
        return forwarder
    if not strangers.spend(now):
        raise TokenRefused(429, "too_many", "too many requests without a right secret: wait a minute")
    raise TokenRefused(401, "secret", "no [[forwarder]] of the configuration has this secret")


async def _body(request: Request) -> bytes:
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise TokenRefused(413, "too_large", f"a request may have {MAX_BODY_BYTES} bytes")
    except ClientDisconnect:
        raise TokenRefused(400, "cut_off", "the request was cut off") from None
    return body


def _read(body: bytes) -> TokenRequest:
    try:
        return TokenRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        known = {*TokenRequest.model_fields, *AccountFacts.model_fields, *MeetingFacts.model_fields}
        where = ".".join(str(part) for part in first["loc"] if part in known) or "the body"
        raise TokenRefused(422, "malformed", f"{where}: {first['msg']}") from None


def _allowed(wanted: TokenRequest, forwarder: Forwarder, directory: Directory) -> AccountRef:
    account = wanted.account.ref()
    if (account.platform, account.tenant) != (forwarder.platform, forwarder.tenant):
        raise TokenRefused(403, "other_tenant", "this forwarder is for another platform or tenant")
    if directory.agent_of(account) is None:
        raise TokenRefused(404, "not_identified", directory.why_not_identified(account))
    return account
