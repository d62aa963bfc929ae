"""Checks of the life cycle, and of what an adapter says it is."""

import asyncio
import inspect
from typing import Any

import pytest

from atdesk_sdk.adapter import (
    Adapter,
    AgentNotice,
    Capabilities,
    FlagSink,
    Ingress,
    MessageLookup,
    OwnQueue,
    StateSource,
    StateWriter,
    VideoSource,
)
from atdesk_sdk.errors import AdapterError, ConfigError
from atdesk_sdk.testing.conformance.case import AdapterCase, close, given, within
from atdesk_sdk.testing.host import RecordingHost

_PROTOCOLS = (StateSource, StateWriter, OwnQueue, VideoSource, FlagSink, MessageLookup, AgentNotice, Ingress)
_COROUTINES = (
    "start",
    "aclose",
    "follow",
    "read",
    "write",
    "keep",
    "back_on_queue",
    "post",
    "update",
    "post_digest",
    "update_digest",
    "members",
    "find",
    "notify",
    "handle",
)


class LifeChecks:
    """Start, stop, and what is left behind."""

    async def test_it_says_what_it_is(self, case: AdapterCase) -> None:
        """Name, platform and tenant are set, and at least one protocol is there."""
        adapter = case.make()
        assert isinstance(adapter, Adapter), "it lacks a part of atdesk_sdk.Adapter"
        assert isinstance(adapter.capabilities, Capabilities)
        assert all((adapter.name, adapter.platform, adapter.tenant)), "name, platform or tenant is empty"
        assert isinstance(adapter, _PROTOCOLS), "it implements no protocol beyond Adapter"

    async def test_its_methods_are_coroutines(self, case: AdapterCase) -> None:
        """The protocols are async: a plain function would block everybody else."""
        adapter = case.make()
        methods = [name for name in _COROUTINES if hasattr(adapter, name)]
        plain = [name for name in methods if not inspect.iscoroutinefunction(getattr(adapter, name))]
        assert not plain, f"not `async def`: {', '.join(plain)}"

    async def test_capabilities_match_the_protocols(self, case: AdapterCase) -> None:
        """Nothing is promised that no protocol of the adapter could keep."""
        adapter = case.make()
        can = adapter.capabilities
        if can.flag_buttons or can.flag_edit or can.flag_private or isinstance(adapter, MessageLookup):
            assert isinstance(adapter, FlagSink), "it speaks of flags but is no FlagSink"
        if can.looks_per_stream is not None or can.video_tells_people:
            assert isinstance(adapter, VideoSource), "it speaks of video but is no VideoSource"
        assert can.looks_per_stream is None or can.looks_per_stream >= 1

    async def test_close_before_start(self, case: AdapterCase) -> None:
        """An adapter that never started closes without complaint."""
        await close(case.make(), case.patience_s)

    async def test_close_twice_leaves_nothing(self, case: AdapterCase) -> None:
        """Closing twice is fine, and no task outlives the first time."""
        before = asyncio.all_tasks()
        async with case.running() as run:
            await close(run.adapter, case.patience_s)
            await assert_no_task_left(case, before)
            await close(run.adapter, case.patience_s)

    async def test_close_after_failed_start(self, case: AdapterCase) -> None:
        """A refused start raises a verdict, and closing afterwards leaves nothing."""
        adapter = given(case, Adapter, case.make_broken, "make_broken")()
        before = asyncio.all_tasks()
        async with within(case.patience_s, "start()"):
            with pytest.raises((AdapterError, ConfigError)) as refused:
                await adapter.start(RecordingHost(case.now))
        assert str(refused.value), "the verdict says neither what is wrong nor the way out"
        await close(adapter, case.patience_s)
        await close(adapter, case.patience_s)
        await assert_no_task_left(case, before)

    async def test_health_is_its_own(self, case: AdapterCase) -> None:
        """Health reports carry the adapter's name and the engine's time."""
        began = case.now()
        async with case.running() as run:
            await run.quiet()
        for report in run.host.reports:
            assert report.adapter == run.adapter.name
            assert began <= report.at <= case.now(), "a report's time is the engine's clock: host.now()"


async def assert_no_task_left(case: AdapterCase, before: "set[asyncio.Task[Any]]") -> None:
    """Fail by name when tasks of the adapter are still there.

    A simulator in the same loop may need a moment to see that its connections are gone.
    """
    patience = asyncio.get_running_loop().time() + case.patience_s
    while left := _tasks_since(case, before):
        if asyncio.get_running_loop().time() > patience:
            pytest.fail("tasks outlive aclose(): " + ", ".join(sorted(map(repr, left))))
        await asyncio.sleep(case.quiet_s / 10)


def _tasks_since(case: AdapterCase, before: "set[asyncio.Task[Any]]") -> "set[asyncio.Task[Any]]":
    return {task for task in asyncio.all_tasks() - before if not case.platform_task(task)}
