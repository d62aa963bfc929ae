"""What people do with the bot: they install it, press its buttons, write to it, block it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from atdesk_teams.simulator.activities import Act, Activities
from atdesk_teams.simulator.card_rules import CARD_TYPE, Button, button, card_of, card_problem
from atdesk_teams.simulator.conversations import Conversations, Message
from atdesk_teams.simulator.delivery import Delivered, Delivery, Forgery
from atdesk_teams.simulator.tenant import User

_MESSAGE: Final = "application/vnd.microsoft.activity.message"
_SIGN_IN: Final = "application/vnd.microsoft.activity.loginRequest"
_OK: Final = 200
_WRONG: Final = "Something went wrong. Please try again."


@dataclass(frozen=True, slots=True)
class Pressed:
    """What the person who pressed a button sees.

    Attributes:
        shown: `card`: the card they see from now on; `message`: a line of text; `link`: the browser opens;
            `sign_in`: they are asked to sign in; `nothing`: the client did it alone; `error`: it went wrong.
        status: Of the HTTP answer; 0 when the bot never answered or was not asked.
        code: The `statusCode` in the answer; 0 where it has none.
        card: See `shown`.
        text: The line, the link, or the error.
        attempts: How often the activity was sent.
    """

    shown: Literal["card", "message", "link", "sign_in", "nothing", "error"]
    status: int = 0
    code: int = 0
    card: Mapping[str, Any] | None = None
    text: str = ""
    attempts: int = 0


class Clicking:
    """The people's side of the bot. Names may be object ids, `29:` ids or displayed names.

    Args:
        conversations: What there is.
        activities: How what they do is put.
        delivery: The way to the bot; set its `url`.
        now: The simulator's clock, in seconds since the epoch.
    """

    def __init__(
        self,
        conversations: Conversations,
        activities: Activities,
        delivery: Delivery,
        now: Callable[[], float],
    ) -> None:
        self.conversations, self.delivery = conversations, delivery
        self._activities, self._now = activities, now

    # -- the app -----

    async def add_to_team(self, by: str, channel_id: str | None = None) -> Delivered:
        """Somebody adds the app to the team, in one of its channels (the last one, when none is named)."""
        channels = self.conversations.tenant.team.channels
        where = channel_id or channels[-1].id
        if where not in [one.id for one in channels]:
            raise LookupError(f"the team has no channel {where!r}")
        self.conversations.in_team = True
        return await self._installed(self._user(by), where, "add")

    async def remove_from_team(self, by: str) -> Delivered:
        """Somebody takes the app out of the team. The bot hears of it, and can write there no more."""
        self.conversations.in_team = False
        return await self._installed(self._user(by), self.conversations.tenant.team.id, "remove")

    async def install(self, who: str) -> Delivered:
        """Somebody installs the app for themselves."""
        person = self._user(who)
        self.conversations.installed.add(person.id)
        return await self._installed(person, self.conversations.chat(person.id), "add")

    async def uninstall(self, who: str) -> Delivered:
        """Somebody uninstalls it. The bot hears of it, and its messages to them are refused."""
        person = self._user(who)
        self.conversations.installed.discard(person.id)
        return await self._installed(person, self.conversations.chat(person.id), "remove")

    def block(self, who: str, *, blocked: bool = True) -> None:
        """Somebody blocks the bot, or takes it back. The bot is told nothing."""
        person = self._user(who)
        (self.conversations.blocked.add if blocked else self.conversations.blocked.discard)(person.id)

    # -- buttons -----

    async def press(
        self,
        message_id: str,
        wanted: str,
        who: str,
        filled: Mapping[str, Any] | None = None,
        *,
        forged: Forgery | None = None,
        old_client: bool = False,
    ) -> Pressed:
        """Somebody presses a button of the card as they see it; whoever they are.

        Args:
            message_id: The message with the card.
            wanted: The button's verb or title.
            who: The person.
            filled: What they fill into the card's inputs, by input id.
            forged: Send it with this wrong about it, instead of as Teams does.
            old_client: Their client knows no `Action.Execute`, and takes the action's fallback.

        Raises:
            LookupError: No such message, button or person, or an input that is needed is empty.
        """
        message, person = self._message(message_id), self._user(who)
        found = button(self.seen(message_id, who), wanted)
        data = {**(found.action.get("data") or {}), **found.values(filled or {})}
        return await self._act(message, person, found, data, forged, old_client=old_client)

    async def refresh(self, message_id: str, who: str, *, manual: bool = False) -> Pressed:
        """A client that shows the card asks for it anew, as it does by itself or when told to.

        Raises:
            LookupError: No such message or person, or the card has no `refresh`.
        """
        message, person = self._message(message_id), self._user(who)
        action = (self.seen(message_id, who).get("refresh") or {}).get("action")
        if not isinstance(action, Mapping):
            raise LookupError("this card has no refresh")
        activity = self._activities.pressed(message, person, action, action.get("data") or {}, self._now())
        if manual:
            activity["value"]["trigger"] = "manual"
        return self._answered(message, person, await self.delivery.send(activity))

    def seen(self, message_id: str, who: str) -> Mapping[str, Any]:
        """The card of a message as one person sees it.

        Raises:
            LookupError: No such message or person, or there is no card in it.
        """
        message, person = self._message(message_id), self._user(who)
        card = message.views.get(person.id) or card_of(message.activity)
        if card is None or message.for_one not in ("", person.mri):
            raise LookupError(f"{person.name} sees no card in message {message_id}")
        return card

    # -- words -----

    async def say(
        self, who: str, text: str, conversation_id: str | None = None, *, forged: Forgery | None = None
    ) -> Delivered:
        """Somebody writes to the bot: in their chat, or naming it in a channel.

        Raises:
            LookupError: Nobody is called so.
        """
        person = self._user(who)
        where = conversation_id or self.conversations.chat(person.id)
        activity = self._activities.said(person, where, text, self._now())
        return await self.delivery.send(activity, forged)

    # -- what stands between -----

    async def _installed(self, who: User, where: str, act: Act) -> Delivered:
        """Both activities that an installation causes."""
        at = self._now()
        await self.delivery.send(self._activities.membership(who, where, act, at))
        return await self.delivery.send(self._activities.installation(who, where, act, at))

    async def _act(
        self,
        message: Message,
        who: User,
        found: Button,
        data: Mapping[str, Any],
        forged: Forgery | None,
        *,
        old_client: bool,
    ) -> Pressed:
        action = found.action
        fallback = action.get("fallback")
        if old_client and action["type"] == "Action.Execute" and isinstance(fallback, Mapping):
            data = {**(fallback.get("data") or {}), **data} if "data" in fallback else data
            action = fallback
        if action["type"] == "Action.OpenUrl":
            return Pressed("link", text=str(action["url"]))
        if action["type"] == "Action.Submit":
            sent = await self.delivery.send(
                self._activities.submitted(message, who, data, self._now()), forged
            )
            worked = _OK <= sent.status < _OK + 100
            return Pressed("nothing" if worked else "error", sent.status, attempts=sent.attempts)
        if action["type"] != "Action.Execute":
            return Pressed("nothing")
        activity = self._activities.pressed(message, who, action, data, self._now())
        return self._answered(message, who, await self.delivery.send(activity, forged))

    def _answered(self, message: Message, who: User, sent: Delivered) -> Pressed:
        """What the answer to an invoke makes of the card."""
        answer = sent.body if isinstance(sent.body, Mapping) else {}
        code, kind, value = answer.get("statusCode"), answer.get("type"), answer.get("value")
        known = (sent.status, int(code) if isinstance(code, int) else 0)
        if sent.status != _OK or known[1] == 0:
            return Pressed("error", *known, text=_WRONG, attempts=sent.attempts)
        if kind == CARD_TYPE and not card_problem(value):
            message.views[who.id] = dict(value) if isinstance(value, Mapping) else {}
            return Pressed("card", *known, card=message.views[who.id], attempts=sent.attempts)
        if kind == _MESSAGE and isinstance(value, str):
            return Pressed("message", *known, text=value, attempts=sent.attempts)
        if kind == _SIGN_IN:
            return Pressed("sign_in", *known, attempts=sent.attempts)
        told = value.get("message", "") if isinstance(value, Mapping) else ""
        return Pressed("error", *known, text=str(told) or _WRONG, attempts=sent.attempts)

    def _message(self, message_id: str) -> Message:
        found = self.conversations.messages.get(message_id)
        if found is None:
            raise LookupError(f"no message {message_id!r} stands anywhere")
        return found

    def _user(self, wanted: str) -> User:
        return self.conversations.tenant.user(wanted)
