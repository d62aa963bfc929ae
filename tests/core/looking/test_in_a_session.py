"""Draws as a session follows them: each in its moment, or not at all."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from atdesk_core.identity import FileKeyRing, ShiftWindow, load_directory
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.looking import LATE_S, check
from atdesk_core.policy import LookReason
from atdesk_core.runtime.drawn import record_of
from atdesk_core.runtime.draws import Coming, Draws
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import FactsChanged
from atdesk_core.store import Store, Unit
from atdesk_sdk import VideoOpened
from tests.core.identity.town import fill
from tests.core.session.desk import FACTS, GENESYS, KEY, MEETING, POLICY, ZOOM, camera, rehearse, scene

LOOKS = POLICY.looks.model_copy(update={"reasons": frozenset({LookReason.RANDOM}), "random_per_shift": 24})
RANDOM_ALONE = replace(FACTS, policy=POLICY.model_copy(update={"looks": LOOKS}))


def opened(run: Rehearsal) -> list[float]:
    return [record.at for record in run.records if record.kind == "look_opened"]


def test_a_draw_before_there_is_a_picture_is_not_made_up_for_later() -> None:
    facts = replace(RANDOM_ALONE, random_at=(100.0, 500.0))
    run = Rehearsal("ann", facts, camera(scene((0, "agent"))), Desk(GENESYS))
    run.send_at(300.0, VideoOpened(KEY, ZOOM, MEETING, 300.0, 300.0))
    run.run(1000)
    assert opened(run) == [500.0]


def test_a_draw_that_is_a_little_late_is_still_looked_at() -> None:
    facts = replace(RANDOM_ALONE, random_at=(100.0,))
    run = Rehearsal("ann", facts, camera(scene((0, "agent"))), Desk(GENESYS))
    run.send_at(130.0, VideoOpened(KEY, ZOOM, MEETING, 130.0, 130.0))
    run.run(1000)
    assert opened(run) == [130.0]


@settings(max_examples=40)
@given(
    st.lists(st.floats(2, 2_000), max_size=8).map(sorted),
    st.lists(st.floats(2, 2_000), max_size=6),
)
def test_every_random_look_follows_a_draw_of_its_own(draws: list[float], disturbed: list[float]) -> None:
    run, _ = rehearse(scene((0, "agent")), replace(RANDOM_ALONE, random_at=tuple(draws)))
    for at in disturbed:
        run.send_at(at, FactsChanged(at))
    run.run(2_500)
    unused = list(draws)
    for at in opened(run):
        fitting = next(draw for draw in unused if at - LATE_S <= draw <= at)
        unused.remove(fitting)


async def test_what_a_real_session_looked_at_passes_the_check_from_the_log(tmp_path: Path) -> None:
    """Sealed, drawn, looked at by the session itself in virtual time, revealed, and checked."""
    shift, clock = ShiftWindow("2026-11-23T09:00", 0.0, 20_000.0), [0.0]
    async with await Store.open(tmp_path / "atdesk.db") as store:
        await fill(store)
        directory = await load_directory(store)
        ref = directory.people["ana"].agent_ref
        draws = Draws(store, FileKeyRing("test", bytes(32)), lambda: clock[0], lambda _agent: None)
        await draws.tick(directory, lambda one: Coming(12, (shift,) if one == "ana" else ()))
        facts = replace(RANDOM_ALONE, random_at=draws.times("ana", shift.shift_id, 12), agent_ref=ref)
        run, _ = rehearse(scene((0, "agent")), facts)
        run.run(20_000)
        looks = [record for record in run.records if record.kind == "look_opened"]
        rows = [entry(LedgerKind.LOOK_OPENED, one.at, "madrid", ref, one.data) for one in looks]
        await store.commit(Unit(ledger=tuple(rows)))
        clock[0] = 20_000.0
        await draws.tick(directory, lambda _one: Coming(0))
        outcome = check(await record_of(store, ref, shift.shift_id))
    assert len(looks) >= 10  # all but those that fell before there was a picture, or into one another
    assert outcome.faults == ()
