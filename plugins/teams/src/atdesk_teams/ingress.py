"""What Teams sends to the bot: checked, read, answered at once; forgeries are refused and nothing more."""

from __future__ import annotations

import json
from collections import Counter
from typing import Final

from atdesk_sdk.adapter import RawRequest, RawResponse, Route
from atdesk_sdk.errors import TryLater
from atdesk_sdk.flags import MessageRef
from atdesk_teams.activities import (
    Activity,
    Came,
    NotReadable,
    Pressed,
    Went,
    Wrote,
    meaning_of,
    read_activity,
)
from atdesk_teams.agent_chat import AgentChat
from atdesk_teams.bot import Bot
from atdesk_teams.config import TeamsConfig
from atdesk_teams.flag_desk import FlagDesk
from atdesk_teams.invoke import Answer, with_card, with_error, with_text
from atdesk_teams.notices import is_agents, notice_card
from atdesk_teams.proof import Forged
from atdesk_teams.words import Say

MESSAGES: Final = Route("POST", "/messages")
_TEAMS: Final = "msteams"
_BEARER: Final = "bearer "
_JSON: Final = {"content-type": "application/json"}
_NO_ACTIVITY: Final = "somebody sends to the bot's address what is no activity: it is refused"
_FORGED: Final = (
    "somebody sends activities that the Bot Connector has not signed for this bot: they are refused; if "
    "presses in Teams are not answered either, compare bot_id, bot_token_issuer and service_hosts"
)
_FOREIGN: Final = (
    "the bot is used from another tenant, or not from Teams: that is refused; if presses in Teams are not "
    "answered either, compare tenant"
)


class Reception:
    """Takes what comes in for one bot.

    Args:
        config: The table.
        bot: Checks tokens, and keeps where it may write.
        desk: Takes what leads press.
        chat: Takes what agents press.
        say: The words of answers.
        counts: For the metrics.
    """

    def __init__(
        self, config: TeamsConfig, bot: Bot, desk: FlagDesk, chat: AgentChat, say: Say, counts: Counter[str]
    ) -> None:
        self._config, self._bot, self._desk, self._chat = config, bot, desk, chat
        self._say, self._counts = say, counts

    async def handle(self, request: RawRequest) -> RawResponse:
        """See `atdesk_sdk.Ingress`. What is not genuine is refused, and nothing is done with it."""
        if not self._bot.is_running:
            return RawResponse(503)
        try:
            activity = read_activity(request.body)
        except NotReadable:
            self._bot.refused("activity_unreadable", _NO_ACTIVITY)
            return RawResponse(400)
        refused = await self._doubt(request, activity)
        return refused or await self._take(activity, request.received_at)

    async def _doubt(self, request: RawRequest, activity: Activity) -> RawResponse | None:
        """Why it is not taken; None when it is genuine, and for this tenant."""
        given = request.headers.get("authorization", "")
        try:
            if given[: len(_BEARER)].lower() != _BEARER:
                raise Forged
            await self._bot.proof.check(given[len(_BEARER) :].strip(), activity.service_url)
        except Forged:
            self._bot.refused("activity_forged", _FORGED)
            return RawResponse(401)
        except TryLater as problem:
            self._bot.refused("activity_unchecked", str(problem))
            return RawResponse(503, headers={"retry-after": "10"})
        if activity.channel_id != _TEAMS or activity.tenant.lower() != self._config.tenant.lower():
            self._bot.refused("activity_of_another_tenant", _FOREIGN)
            return RawResponse(403)
        return None

    async def _take(self, activity: Activity, received_at: float) -> RawResponse:
        await self._bot.talks.seen(activity.service_url)
        if not self._bot.is_running:  # nobody would hear of it any more, and they press again
            return RawResponse(503)
        try:
            meaning = meaning_of(activity)
            if isinstance(meaning, Pressed):
                return await self._pressed(meaning, received_at)
        except NotReadable:
            self._counts["activity_unreadable"] += 1
            return _answered(with_error("BadRequest", self._say("answer.no_button")))
        if isinstance(meaning, Came):
            await self._bot.came(meaning, activity.service_url)
        elif isinstance(meaning, Went):
            await self._bot.went(meaning)
        elif isinstance(meaning, Wrote):
            await self._wrote(meaning, activity.service_url)
        else:
            self._counts["activity_unused"] += 1
        return RawResponse(200)

    async def _wrote(self, wrote: Wrote, service_url: str) -> None:
        """Whoever writes is told what this chat is for; and it is known from then on."""
        self._counts["written_to"] += 1
        if wrote.person_id and wrote.conversation_id:
            await self._bot.came(Came(wrote.person_id, wrote.conversation_id), service_url)
            card = notice_card((self._say("hello"),), (), self._say)
            self._bot.tell_later(wrote.person_id, card, self._say("summary.notice"))

    async def _pressed(self, press: Pressed, now: float) -> RawResponse:
        answer = self._agents(press, now) if is_agents(press.verb) else await self._desk.pressed(press, now)
        return _answered(answer) if press.answered else RawResponse(200)

    def _agents(self, press: Pressed, now: float) -> Answer:
        message = self._chat.pressed(press, now)
        if message is None:
            return with_text(self._say("answer.not_yours"))
        if press.message_id:
            # The answer reaches the client that asked; this reaches the agent's phone, too.
            ref = MessageRef(self._config.name, press.conversation_id, press.message_id)
            self._bot.change_later(ref, message.card, message.summary)
        return with_card(message.card)


def _answered(answer: Answer) -> RawResponse:
    return RawResponse(200, json.dumps(answer).encode(), _JSON)
