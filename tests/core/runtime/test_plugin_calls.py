"""Calling plugins: apart, off the loop, within a budget, and No in doubt."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pluggy
import pytest

from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.plugins import Plugin, PluginStatus
from atdesk_sdk import Finding, FindingKind, HealthReport, HealthStatus, hookimpl, hooks

FINDING = Finding("ana", FindingKind.PRESENT, 1.0, 2.0, 1.0, "look-1")
QUESTION = {"agent_id": "ana", "reason": "watch", "policy_version": "1"}


class Asked:
    """A plugin whose veto does what it is given."""

    def __init__(self, answer: Callable[[], object]) -> None:
        self.answer = answer
        self.threads: set[str] = set()
        self.told: list[Finding] = []

    @hookimpl
    def atdesk_may_look(self, agent_id: str) -> object:
        self.threads.add(threading.current_thread().name)
        return self.answer()

    @hookimpl
    def atdesk_judged(self, finding: Finding) -> None:
        self.answer()
        self.told.append(finding)


def loaded(name: str, plugin: object) -> Plugin:
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    manager.register(plugin)
    return Plugin(name, f"dist-{name}", "1.0", PluginStatus.LOADED, hooks=manager)


@asynccontextmanager
async def calling(budget_s: float = 5.0, **plugins: object) -> AsyncIterator[PluginCaller]:
    caller = PluginCaller([loaded(name, plugin) for name, plugin in plugins.items()], budget_s)
    try:
        yield caller
    finally:
        await caller.aclose()
        await caller.aclose()


async def test_all_agree() -> None:
    async with calling(one=Asked(lambda: True), two=Asked(lambda: True)) as caller:
        assert await caller.veto("atdesk_may_look", **QUESTION) == ()
        assert caller.counters["one"].calls == caller.counters["two"].calls == 1


async def test_nobody_asked_is_no_objection() -> None:
    async with calling(deaf=object()) as caller:
        assert await caller.veto("atdesk_may_look", **QUESTION) == ()
        await caller.tell("atdesk_health_changed", report=HealthReport("zoom", HealthStatus.UP, "", 1.0))
        assert caller.counters["deaf"].calls == 0


async def test_one_no_is_no_and_everybody_was_asked() -> None:
    yes = Asked(lambda: True)
    async with calling(first=yes, no=Asked(lambda: False), last=yes) as caller:
        (objection,) = await caller.veto("atdesk_may_look", **QUESTION)
        assert (objection.plugin, objection.because) == ("no", "it said no")
        assert caller.counters["no"].refusals == 1
        assert caller.counters["last"].calls == 1


def _raise() -> object:
    raise RuntimeError("the database of shifts is gone")


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        (_raise, "it raised RuntimeError"),
        (lambda: sys.exit(0), "it raised SystemExit"),
        (lambda: None, "it answered neither True nor False"),
        (lambda: "yes", "it answered neither True nor False"),
        (lambda: 1, "it answered neither True nor False"),
    ],
)
async def test_doubt_is_no(answer: Callable[[], object], because: str) -> None:
    async with calling(odd=Asked(answer), good=Asked(lambda: True)) as caller:
        (objection,) = await caller.veto("atdesk_may_look", **QUESTION)
        assert (objection.plugin, objection.because) == ("odd", because)
        assert caller.counters["odd"].failures == 1


async def test_plugins_run_off_the_loop_each_in_a_thread_of_its_own() -> None:
    one, two = Asked(lambda: True), Asked(lambda: True)
    async with calling(one=one, two=two) as caller:
        for _ in range(3):
            await caller.veto("atdesk_may_look", **QUESTION)
    assert (one.threads, two.threads) == ({"plugin one"}, {"plugin two"})


async def test_a_slow_plugin_is_no_and_delays_nobody_else() -> None:
    release = threading.Event()
    slow, quick = Asked(lambda: release.wait(30)), Asked(lambda: True)
    async with calling(0.05, slow=slow, quick=quick) as caller:
        began = asyncio.get_running_loop().time()
        (objection,) = await caller.veto("atdesk_may_look", **QUESTION)
        took = asyncio.get_running_loop().time() - began
        assert (objection.plugin, objection.because) == ("slow", "no answer within 0.05 s")
        assert took < 5.0
        assert caller.counters["slow"].overruns == 1
        assert caller.counters["quick"].calls == 1
        release.set()


async def test_three_times_over_the_budget_is_quarantine() -> None:
    release = threading.Event()
    async with calling(0.02, slow=Asked(lambda: release.wait(30))) as caller:
        for _ in range(3):
            await caller.veto("atdesk_may_look", **QUESTION)
        assert caller.counters["slow"].quarantined
        release.set()
        (objection,) = await caller.veto("atdesk_may_look", **QUESTION)
        await caller.tell("atdesk_judged", finding=FINDING)
        assert "quarantine" in objection.because, "what it guards stays shut"
        assert caller.counters["slow"].calls == 3, "it is not called any more"


async def test_two_times_over_the_budget_is_not() -> None:
    release = threading.Event()
    async with calling(0.5, slow=Asked(lambda: release.wait(30))) as caller:
        for _ in range(2):
            await caller.veto("atdesk_may_look", **QUESTION)
        release.set()
        assert await caller.veto("atdesk_may_look", **QUESTION) == ()
        assert not caller.counters["slow"].quarantined


async def test_everybody_is_told_in_order_whatever_one_does() -> None:
    listener = Asked(lambda: None)
    findings = [FINDING, Finding("ben", FindingKind.ABSENT, 3.0, 4.0, 1.0, "look-2")]
    async with calling(broken=Asked(_raise), listener=listener) as caller:
        for finding in findings:
            await caller.tell("atdesk_judged", finding=finding)
        assert caller.counters["broken"].failures == 2
    assert listener.told == findings


async def test_a_burst_of_notices_is_no_fault_of_the_plugin() -> None:
    listener = Asked(lambda: None)
    async with calling(listener=listener) as caller:
        await asyncio.gather(*(caller.tell("atdesk_judged", finding=FINDING) for _ in range(500)))
        assert len(listener.told) == 500
        assert (caller.counters["listener"].overruns, caller.counters["listener"].dropped) == (0, 0)


async def test_notices_beyond_the_bound_are_dropped_and_counted() -> None:
    listener = Asked(lambda: None)
    async with calling(listener=listener) as caller:
        await asyncio.gather(*(caller.tell("atdesk_judged", finding=FINDING) for _ in range(3_000)))
        counters = caller.counters["listener"]
        assert counters.dropped > 0
        assert len(listener.told) == counters.calls == 3_000 - counters.dropped
        assert not counters.quarantined


async def test_a_veto_whose_turn_does_not_come_is_no_without_a_strike() -> None:
    release = threading.Event()
    async with calling(0.3, slow=Asked(lambda: release.wait(30))) as caller:
        answers = await asyncio.gather(*(caller.veto("atdesk_may_look", **QUESTION) for _ in range(50)))
        release.set()
        assert all(answers), "each is a No"
        assert caller.counters["slow"].dropped >= 40
        assert not caller.counters["slow"].quarantined


STUCK = """
import asyncio, threading
from tests.core.runtime.test_plugin_calls import QUESTION, Asked, calling

async def main():
    async with calling(0.05, stuck=Asked(threading.Event().wait)) as caller:
        print(await caller.veto("atdesk_may_look", **QUESTION))

asyncio.run(main())
"""


def test_a_stuck_plugin_does_not_keep_the_process() -> None:
    root = Path(__file__).parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", STUCK], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    assert "Objection(plugin='stuck', because='no answer within 0.05 s')" in ended.stdout
