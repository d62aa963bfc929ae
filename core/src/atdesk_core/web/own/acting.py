"""What the agent does: pause, come back, say that it was a break or that it is wrong, go back on queue."""

from typing import Final
from zoneinfo import ZoneInfo

from starlette.responses import Response

from atdesk_core.desk_checks import DeskCheckError, desk_check
from atdesk_core.policy.safeguards import DeskCheckRule
from atdesk_core.reviewing import Refused
from atdesk_core.runtime.desk_moves import moment_in, put_move
from atdesk_core.runtime.own_desk import DONE, OVER, OwnDesk
from atdesk_core.web.context import PageContext
from atdesk_core.web.own.answers import Call, Refusal
from atdesk_core.web.own.bodies import BreakBody, IdleBody, MoveBody, PauseBody, TextBody, read_json
from atdesk_sdk import AdapterError, CredentialsBad

_NOT_THEIRS: Final = frozenset({Refused.NO_SUCH_FLAG.value, Refused.NOT_THEIRS.value})
_REFUSED: Final = frozenset(
    one.value
    for one in (Refused.TOO_LATE, Refused.DISPUTED_ALREADY, Refused.DECIDED_ALREADY, Refused.NOT_COUNTED)
)


class Acting:
    """Each method is one route."""

    def __init__(self, context: PageContext) -> None:
        self._context = context
        self._service = context.running.service
        self._own: OwnDesk = context.running.service.own

    async def pause(self, call: Call) -> Response | None:
        """Stops every look in this very step."""
        body = await read_json(call.request, PauseBody)
        self._check_running()
        self._own.pause(call.agent_id, body.category, body.text)
        return None

    async def resume(self, call: Call) -> Response | None:
        """The agent is back."""
        self._check_running()
        if not self._own.resume(call.agent_id):
            raise Refusal(409, "changed", "support_lifts")
        return None

    async def turn_into_break(self, call: Call) -> Response | None:
        """It was a break."""
        body = await read_json(call.request, BreakBody)
        self._check_running()
        if not await self._own.turn_into_break(call.agent_id, body.flag):
            raise Refusal(409, "changed")
        return None

    async def say_wrong(self, call: Call) -> Response | None:
        """A notice is wrong."""
        body = await read_json(call.request, TextBody)
        self._check_running()
        outcome = await self._own.say_wrong(call.agent_id, call.request.path_params["notice_id"], body.text)
        if outcome == OVER:
            raise Refusal(409, "changed")
        self._check_dispute(outcome)
        return None

    async def dispute(self, call: Call) -> Response | None:
        """A flag is wrong."""
        body = await read_json(call.request, TextBody)
        self._check_running()
        number = call.request.path_params["number"]
        self._check_dispute(await self._own.dispute(call.agent_id, number, body.text))
        return None

    async def move_desk_check(self, call: Call) -> Response | None:
        """A desk check of the agent's own, once, without a reason."""
        body = await read_json(call.request, MoveBody)
        world, store = self._service.world, self._service.store
        agent = world.directory.people.get(call.agent_id)
        try:
            check = await desk_check(store, call.request.path_params["check_id"])
        except DeskCheckError:
            raise Refusal(404, "not_found") from None
        if agent is None or check.agent_id != call.agent_id:
            raise Refusal(404, "not_found")
        policy, zone = world.facts(call.agent_id).policy, ZoneInfo(world.profile(call.agent_id).time_zone)
        rule = policy.desk_check if policy is not None else DeskCheckRule()
        try:
            to, now = moment_in(body.to, zone), self._context.now()
            await put_move(store, check, agent, to, now, rule, world.directory)
        except DeskCheckError:
            raise Refusal(409, "not_movable") from None
        return None

    async def idle(self, call: Call) -> Response | None:
        """Keyboard and mouse."""
        body = await read_json(call.request, IdleBody)
        if not self._own.input_changed(call.agent_id, idle=body.idle, idle_for_s=body.idle_for_s):
            raise Refusal(409, "not_asked_for")
        return None

    async def back_on_queue(self, call: Call) -> Response | None:
        """With the agent's own sign-in at the console, and nothing else."""
        found = self._own.queue(call.agent_id, await self._own.kept(call.agent_id))
        if found is None:
            raise Refusal(409, "not_offered")
        queue, account = found
        token = self._context.guard.own_token(call.who)
        if token is None or token.account != account:
            raise self._sign_in_again(account.platform)
        try:
            await queue.back_on_queue(account, token.value)
        except CredentialsBad:
            raise self._sign_in_again(account.platform) from None
        except AdapterError:
            raise Refusal(502, "platform_failed") from None
        self._own.queued(call.agent_id)
        return None

    def _sign_in_again(self, platform: str) -> Refusal:
        ways = (one.key for one in self._context.config.sign_in if one.account_platform == platform)
        return Refusal(409, "sign_in_with", inside={"provider": next(ways, platform)})

    def _check_running(self) -> None:
        if self._service.room.failed.is_set():
            raise Refusal(503, "stopped")

    def _check_dispute(self, outcome: str) -> None:
        if outcome in _NOT_THEIRS:
            raise Refusal(404, "not_found")
        if outcome in _REFUSED:
            raise Refusal(409, outcome)
        if outcome != DONE:
            raise Refusal(500, "fault")
