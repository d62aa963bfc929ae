"""An adapter that could not follow its accounts is told of them again, without a change of the directory."""

import asyncio
from collections.abc import Collection, Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

from atdesk_core.runtime.listening import AGAIN_S, Following
from atdesk_sdk import AccountRef, TryLater
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.core.runtime.office import account


class Busy(ScriptedAdapter):
    """Refuses to follow anybody so many times."""

    def __init__(self, refusals: int) -> None:
        super().__init__(ScriptedPlatform([account("ann")], lambda: 0.0))
        self.refusals = refusals
        self.followed: list[Collection[AccountRef]] = []

    async def follow(self, accounts: Collection[AccountRef]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise TryLater("busy")
        self.followed.append(accounts)


@dataclass
class Town:
    """One agent."""

    people: tuple[str, ...] = ("ann",)

    @property
    def directory(self) -> "Town":
        return self

    def accounts_of(self, agent_id: str, _platform: str) -> tuple[AccountRef, ...]:
        return (account(agent_id),)


@dataclass
class Watch:
    """A clock that is set by hand, and the errands of one moment."""

    at: float = 0.0
    errands: list[asyncio.Task[None]] = field(default_factory=list)

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        self.errands.append(asyncio.create_task(work))

    async def later(self, following: Following, seconds: float) -> None:
        self.at += seconds
        await following.try_again()
        await asyncio.gather(*self.errands)


async def test_who_could_not_follow_is_told_again_until_it_does() -> None:
    adapter, watch = Busy(2), Watch()
    following = Following([adapter], cast(Any, Town()), watch.spawn, lambda: watch.at)
    following.begin(adapter)
    await watch.later(following, 0.0)
    await watch.later(following, AGAIN_S - 1.0)
    assert adapter.refusals == 1, "not again at once"
    await watch.later(following, 1.0)
    assert adapter.refusals == 0
    await watch.later(following, AGAIN_S)
    assert adapter.followed == [[account("ann")]]
    await watch.later(following, AGAIN_S)
    assert len(adapter.followed) == 1, "and then no more"
