"""Who frames are of, by the token alone: the agent's own sign-in, or a stream's token and the directory."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from atdesk_core.identity import Directory
from atdesk_core.web.context import Guard
from atdesk_core.web.frames.protocol import OWN_PAGES, CloseCode, Closing, Hello, NewToken, Origin
from atdesk_core.web.frames.tokens import StreamTokens
from atdesk_core.web.sign_in import NotAllowed, NotSignedIn, Role
from atdesk_sdk import AccountRef, Meeting


@dataclass(frozen=True, slots=True)
class Proven:
    """Whose frames may come over a connection.

    Attributes:
        agent_id: In the directory.
        expires_at: Engine's clock; then a newer token is needed.
        meeting: Where the frames come from; None: the agent's own camera.
        account: Of the stream's token; None with the agent's own sign-in.
        token: Of the agent's own sign-in, to ask again whether it still stands; else empty.
        tab: Secret of the tab that it is bound to.
    """

    agent_id: str
    expires_at: float
    meeting: Meeting | None = None
    account: AccountRef | None = None
    token: str = field(default="", repr=False)
    tab: str = field(default="", repr=False)


class Proofs:
    """Checks tokens.

    Args:
        guard: Knows the sign-ins of agents.
        streams: Knows the tokens of streams.
        directory: The newest snapshot.
        effect_is_on: Whether frames of a Teams effect are taken at all.
    """

    def __init__(
        self,
        guard: Guard,
        streams: StreamTokens,
        directory: Callable[[], Directory],
        *,
        effect_is_on: bool = False,
    ) -> None:
        self._guard = guard
        self._streams = streams
        self._directory = directory
        self._effect_is_on = effect_is_on

    async def prove(self, hello: Hello, *, from_here: bool) -> Proven:
        """Who it is.

        Args:
            hello: The first message.
            from_here: Whether it comes from this very machine.

        Raises:
            Closing: The token is wrong (4401), or not for this (4403).
        """
        if hello.source in OWN_PAGES:
            return await self._own(hello.token, hello.tab)
        if hello.source is Origin.TEAMS_EFFECT and not from_here:
            raise Closing(CloseCode.NOT_ALLOWED, "frames of a Teams effect may not leave the machine")
        if hello.source is Origin.TEAMS_EFFECT and not self._effect_is_on:
            raise Closing(CloseCode.NOT_ALLOWED, "frames of a Teams effect are not taken: [teams_effect]")
        return self._stream(hello.token, hello.source)

    async def renew(self, before: Proven, message: NewToken) -> Proven:
        """The same with a newer token.

        Raises:
            Closing: The token is wrong (4401), or of somebody or something else (4403).
        """
        if before.account is None:
            after = await self._own(message.token, message.tab)
            same = (after.agent_id, after.tab) == (before.agent_id, before.tab)
        else:
            after = self._stream(message.token)
            same = (after.account, _where(after)) == (before.account, _where(before))
        if not same:
            raise Closing(CloseCode.NOT_ALLOWED, "the new token is not of the same person and place")
        return after

    async def ask_again(self, proven: Proven) -> Proven:
        """Whether it still holds: somebody may have signed out, or left, meanwhile.

        Raises:
            Closing: It does not (4401 or 4403).
        """
        if proven.account is None:
            return await self._own(proven.token, proven.tab)
        return replace(proven, agent_id=self._agent_of(proven.account, proven.agent_id))

    async def _own(self, token: str, tab: str) -> Proven:
        try:
            who = await self._guard.check_token(token, tab, Role.AGENT)
        except NotSignedIn:
            raise Closing(CloseCode.TOKEN, "the token is wrong, or ran out: sign in again") from None
        except NotAllowed:
            raise Closing(CloseCode.NOT_ALLOWED, "this sign-in is not for an agent's page") from None
        return Proven(who.person_id, who.expires_at, token=token, tab=tab)

    def _stream(self, token: str, source: Origin | None = None) -> Proven:
        grant = self._streams.redeem(token)
        if grant is None or (grant.of_effect and source not in (None, Origin.TEAMS_EFFECT)):
            raise Closing(CloseCode.TOKEN, "the token is wrong, used or too old: ask for another one")
        agent_id = self._agent_of(grant.account)
        return Proven(agent_id, grant.until, grant.meeting, grant.account)

    def _agent_of(self, account: AccountRef, expected: str | None = None) -> str:
        agent_id = self._directory().agent_of(account)
        if agent_id is None or (expected is not None and agent_id != expected):
            raise Closing(CloseCode.NOT_ALLOWED, "the account is not confirmed for this agent")
        return agent_id


def _where(proven: Proven) -> str | None:
    return proven.meeting.meeting_id if proven.meeting else None
