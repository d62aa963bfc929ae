"""Who may answer on the card in a whole service: the cover while the lead is off shift, and only then."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.records import mark_changed
from atdesk_core.policy import ReviewRules
from atdesk_core.runtime.answering import Refused
from atdesk_core.runtime.service import Service
from atdesk_core.store import tables
from atdesk_core.store.apply import upsert_values
from atdesk_sdk import LeadAction
from tests.core.runtime.office import POLICY, until
from tests.core.web.flag_page.house import house

ONE_PERSON = POLICY.model_copy(update={"review": ReviewRules(two_people=frozenset())})
ALWAYS = "Mon-Sun 00:00-23:59 | Mon-Sun 23:59-00:00"


async def lee_works(service: Service, plan: str) -> None:
    """The lead's shifts are changed, by another process as it were."""
    before = service.world.directory

    async def job(connection: AsyncConnection) -> None:
        row = {"agent_id": "lee", "plan": plan, "time_zone": "UTC", "source": "import"}
        await upsert_values(connection, tables.shifts, [row])
        await mark_changed(connection)

    await service.store.run(job)
    await until(lambda: service.world.directory is not before)


async def test_a_cover_is_heard_when_the_lead_goes_off_shift_and_not_before(tmp_path: Path) -> None:
    two_days_on = (datetime.now(UTC) + timedelta(days=2)).strftime("%a")
    async with house(tmp_path, ONE_PERSON) as here:
        service, number = here.service, await here.flagged()
        dismiss = (number, LeadAction.DISMISS, "wrong")
        answer = service.router.answering.answer
        assert answer("cal", *dismiss) is Refused.NO_LEAD, "nobody knows that lee is off shift"
        await lee_works(service, ALWAYS)
        assert answer("cal", *dismiss) is Refused.NO_LEAD
        await lee_works(service, f"{two_days_on} 09:00-10:00")
        assert answer("tim", *dismiss) is Refused.NO_LEAD
        assert answer("ann", *dismiss) is Refused.NO_LEAD, "nobody answers for themselves"
        assert answer("cal", *dismiss) is None
        assert service.room.session("ann").flags == ()


async def test_one_flag_is_open_for_an_agent_and_a_rule_however_often_it_is_so(tmp_path: Path) -> None:
    async with house(tmp_path, ONE_PERSON) as here:
        number = await here.flagged()
        here.office.show("agent")
        await until(lambda: here.service.room.session("ann").flags[0].returned_at is not None)
        here.office.show("other")
        notices = here.office.platform.notices
        told = len(notices)
        await until(lambda: len(notices) > told)  # it began anew, and the agent was told
        looks = len(here.office.platform.looks)
        await until(lambda: len(here.office.platform.looks) > looks + 6)  # well past the time for a flag
        assert [flag.number for flag in here.service.room.session("ann").flags] == [number]
        assert len(here.office.platform.flags) == 1
