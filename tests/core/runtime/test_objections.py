"""What an agent said against a notice is not lost when a fault or a restart comes between it and the flag."""

import time
from pathlib import Path

import pytest

from atdesk_core.policy import AbsenceRule
from atdesk_core.reviewing import dispute_of
from atdesk_core.runtime.objections import Objections
from atdesk_core.runtime.reviews import FAILED
from atdesk_core.store import StoreError
from tests.core.runtime.office import POLICY, until
from tests.core.runtime.test_reviews import make_office

QUICK = POLICY.model_copy(update={"absence": AbsenceRule(agent_first_s=1.0, min_flag_s=2.5)})
WORDS = "I sit to the left"


@pytest.mark.parametrize("later_s", [0.0, 7 * 86_400.0], ids=["open still", "over meanwhile"])
async def test_words_whose_dispute_failed_are_taken_up_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later_s: float
) -> None:
    office, failed = make_office(tmp_path), list[str]()
    office.policy = QUICK

    async def fault(_objections: Objections, _agent_id: str, number: str, _text: str | None) -> str:
        failed.append(number)
        return FAILED

    with monkeypatch.context() as patched:
        patched.setattr(Objections, "_dispute", fault)
        async with office.open() as service:
            office.show("nobody")
            await until(lambda: bool(service.room.session("ann").episodes))
            notice_id = service.room.session("ann").episodes[0].notice_id
            assert await service.own.objections.object_to("ann", notice_id, WORDS) == "done"
            await until(lambda: bool(failed))
    office.clock = lambda: time.time() + later_s
    async with office.open() as service:
        await until(lambda: not service.own.objections._words)
        await service._errands.aclose()
        said, flag = await dispute_of(service.store, failed[0]), await service.store.flag(failed[0])
        assert said is not None
        assert flag is not None
        assert (said.text, flag.status) == (WORDS, "disputed")


async def test_words_that_the_disk_did_not_take_are_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page said that it failed: nothing of it turns up later."""

    async def full(*_what: object) -> None:
        raise StoreError("the disk is full")

    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("nobody")
        await until(lambda: bool(service.room.session("ann").episodes))
        notice_id = service.room.session("ann").episodes[0].notice_id
        monkeypatch.setattr(service.own.objections, "_keep", full)
        with pytest.raises(StoreError):
            await service.own.objections.object_to("ann", notice_id, WORDS)
        assert not service.own.objections._words
