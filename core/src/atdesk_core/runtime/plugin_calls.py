"""Calls the hooks of loaded plugins: each apart, off the event loop, within a time budget.

A veto that cannot be had is a No: it raised, it took too long, it answered something else than True or
False, or its plugin is in quarantine. Otherwise a plugin that is broken would open what it guards.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pluggy
import structlog

from atdesk_core.runtime.plugins import Plugin

VetoHook = Literal["atdesk_may_look", "atdesk_before_state_change"]
NoticeHook = Literal[
    "atdesk_agent_state_changed",
    "atdesk_judged",
    "atdesk_flag_raised",
    "atdesk_flag_closed",
    "atdesk_health_changed",
]

_WAITING = 1_024
"""Calls that may wait for one plugin; further notices are dropped and counted, further vetoes are No."""

_QUARANTINE = "it is in quarantine: repair it, or disable it"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class PluginCounters:
    """How the calls of one plugin went.

    Attributes:
        calls: Hooks called.
        refusals: Vetoes that it answered with No.
        failures: Calls that raised, or answered a veto with something else than True or False.
        overruns: Calls that took longer than the budget.
        dropped: Calls that were not made, since too many waited or their turn did not come in time.
        quarantined: It is not called any more.
    """

    calls: int = 0
    refusals: int = 0
    failures: int = 0
    overruns: int = 0
    dropped: int = 0
    quarantined: bool = False


@dataclass(frozen=True, slots=True)
class Objection:
    """A No, and why, for the decision log."""

    plugin: str
    because: str


class PluginCaller:
    """Asks and tells plugins. Everything is called from the event loop.

    Args:
        plugins: Those that are not loaded are passed over.
        budget_s: How long one call of one plugin may take once it is its turn, seconds of real time. A veto
            waits as long for its turn; a notice waits until it comes.
        strikes: After so many calls over the budget, the plugin goes into quarantine.

    Attributes:
        counters: By the plugin's name.
    """

    def __init__(self, plugins: Sequence[Plugin], budget_s: float = 0.5, strikes: int = 3) -> None:
        self._lines = [_Line(plugin.name, plugin.hooks) for plugin in plugins if plugin.hooks]
        self._budget_s = budget_s
        self._strikes = strikes
        self.counters = {line.name: line.counters for line in self._lines}

    async def veto(self, hook: VetoHook, **arguments: Any) -> tuple[Objection, ...]:
        """Ask all plugins. Nothing returned means that all agree.

        Args:
            hook: Which question.
            arguments: As in the hook's specification.
        """
        lines = [line for line in self._lines if line.implements(hook)]
        answers = await asyncio.gather(*(self._ask(line, hook, arguments) for line in lines))
        return tuple(answer for answer in answers if answer)

    async def tell(self, hook: NoticeHook, **arguments: Any) -> None:
        """Tell all plugins. What goes wrong is counted and logged, and stops nobody.

        Args:
            hook: Which notice.
            arguments: As in the hook's specification.
        """
        lines = [line for line in self._lines if line.implements(hook) and not line.counters.quarantined]
        outcomes = await asyncio.gather(*(self._call(line, hook, arguments) for line in lines))
        for line, outcome in zip(lines, outcomes, strict=True):
            if isinstance(outcome, _Failure):
                log.warning("a plugin was not told", plugin=line.name, hook=hook, because=outcome.because)

    async def aclose(self) -> None:
        """Let the threads end. One that a plugin blocks is left behind; it ends with the process."""
        for line in self._lines:
            line.close()

    async def _ask(self, line: "_Line", hook: str, arguments: dict[str, Any]) -> Objection | None:
        if line.counters.quarantined:
            return Objection(line.name, _QUARANTINE)
        because = _objection(line, await self._call(line, hook, arguments, turn_s=self._budget_s))
        if not because:
            return None
        log.info("plugin vetoed", plugin=line.name, hook=hook, because=because)
        return Objection(line.name, because)

    async def _call(
        self, line: "_Line", hook: str, arguments: dict[str, Any], turn_s: float | None = None
    ) -> "list[Any] | _Failure":
        """One call, after those that came before it. A burst of notices is no fault of the plugin."""
        if line.waiting >= _WAITING or not await line.take_turn(turn_s):
            line.counters.dropped += 1
            return _Failure("it is still busy with other calls")
        try:
            return await self._call_now(line, hook, arguments)
        finally:
            line.turn.release()

    async def _call_now(self, line: "_Line", hook: str, arguments: dict[str, Any]) -> "list[Any] | _Failure":
        if line.counters.quarantined:
            return _Failure(_QUARANTINE)
        line.counters.calls += 1
        try:
            async with asyncio.timeout(self._budget_s):
                outcome = await line.call(hook, arguments)
        except TimeoutError:
            self._strike(line)
            return _Failure(f"no answer within {self._budget_s:g} s")
        line.counters.failures += isinstance(outcome, _Failure)
        return outcome

    def _strike(self, line: "_Line") -> None:
        line.counters.overruns += 1
        if line.counters.overruns >= self._strikes and not line.counters.quarantined:
            line.counters.quarantined = True
            line.close()
            log.error("plugin in quarantine", plugin=line.name, overruns=line.counters.overruns)


def _objection(line: "_Line", outcome: "list[Any] | _Failure") -> str:
    """Why an answer is not a Yes; empty when it is one."""
    if isinstance(outcome, _Failure):
        return outcome.because
    if outcome and all(answer is True for answer in outcome):
        return ""
    if any(answer is False for answer in outcome):
        line.counters.refusals += 1
        return "it said no"
    line.counters.failures += 1
    return "it answered neither True nor False"


@dataclass(frozen=True, slots=True)
class _Failure:
    because: str


class _Line:
    """One plugin and the thread that calls it, one call after the other.

    The thread is a daemon: a plugin that never returns must not keep the process from ending.
    """

    def __init__(self, name: str, hooks: pluggy.PluginManager) -> None:
        self.name = name
        self.counters = PluginCounters()
        self._hooks = hooks
        self.turn = asyncio.Lock()
        self.waiting = 0
        # One call at a time, and those that ran out of time until quarantine: a handful.
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def implements(self, hook: str) -> bool:
        return bool(self._implementation(hook).get_hookimpls())

    async def take_turn(self, within_s: float | None) -> bool:
        """Whether the turn came; it is released by the caller."""
        self.waiting += 1
        try:
            async with asyncio.timeout(within_s):
                return await self.turn.acquire()
        except TimeoutError:
            return False
        finally:
            self.waiting -= 1

    async def call(self, hook: str, arguments: dict[str, Any]) -> list[Any] | _Failure:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any] | _Failure] = loop.create_future()

        def run() -> None:
            if answer.cancelled():  # nobody waits any more
                return
            outcome = self._outcome(hook, arguments)
            with contextlib.suppress(RuntimeError):  # the loop ended while the plugin was busy
                loop.call_soon_threadsafe(_settle, answer, outcome)

        self._calls.put(run)
        self._start()
        return await answer

    def close(self) -> None:
        self._calls.put(None)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=f"plugin {self.name}", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while run := self._calls.get():
            run()

    def _outcome(self, hook: str, arguments: dict[str, Any]) -> list[Any] | _Failure:
        try:
            answers: list[Any] = self._implementation(hook)(**arguments)
        except BaseException as error:  # SystemExit among them: this is a plugin's code in our thread
            return _Failure(f"it raised {type(error).__name__}")
        return answers

    def _implementation(self, hook: str) -> pluggy.HookCaller:
        caller: pluggy.HookCaller = getattr(self._hooks.hook, hook)
        return caller


def _settle(answer: "asyncio.Future[list[Any] | _Failure]", outcome: list[Any] | _Failure) -> None:
    if not answer.done():
        answer.set_result(outcome)
