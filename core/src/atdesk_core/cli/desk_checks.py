"""`atdesk desk-check schedule`, `plan`, `list`, `move` and `answer`."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from atdesk_core.agreements import Agreements, Place, load_agreements
from atdesk_core.cli.people import act, find_person
from atdesk_core.desk_checks import (
    DeskCheck,
    DeskCheckError,
    Shift,
    desk_check,
    desk_checks,
    may_schedule,
    parse_answers,
    plan_week,
    schedule,
)
from atdesk_core.identity import Directory, Person, load_directory
from atdesk_core.policy.safeguards import DeskCheckRule
from atdesk_core.runtime.agreed import declared_of
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.desk_answers import desk_row, put_answer
from atdesk_core.runtime.desk_moves import moment_in, put_move, shift_then
from atdesk_core.store import Store

_DAY_S = 86_400.0
_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Office:
    """What these commands stand on: the configuration, the clock, and where they print."""

    config: Config
    now: Callable[[], float]
    console: Console

    def do(self, action: Callable[[Store], Awaitable[None]]) -> int:
        """Run an action on the store; returns the exit status."""
        try:
            return act(self.config.service.database, self.console, action)
        except DeskCheckError as error:
            self.console.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
            return 1


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is known of everybody."""

    directory: Directory
    agreements: Agreements

    def rule(self, person: Person) -> DeskCheckRule:
        """Of the policy in force for this person; one that allows nothing where there is none."""
        applied = self.agreements.applied(Place.of(person))
        return applied.resolved.policy.desk_check if applied.resolved else DeskCheckRule()

    def shift(self, agent_id: str, at: float) -> Shift | None:
        """The shift that runs then; for who is on shift by signing in, the hours of the site."""
        return shift_then(self.directory, agent_id, at)

    def shifts(self, agent_id: str, since: float, until: float) -> list[Shift]:
        """As `shift`, over some days."""
        hours = self.directory.sign_in_hours(agent_id)
        found = (
            hours.windows(since, until) if hours else self.directory.shifts_between(agent_id, since, until)
        )
        return [Shift(one.starts_at, one.ends_at) for one in found]

    def zone(self, person: Person) -> ZoneInfo:
        """Where the person works."""
        return ZoneInfo(self.directory.sites[person.site_id].time_zone)


def schedule_one(office: Office, agent_id: str, at: str, by: str) -> int:
    """Schedule a desk check of one agent; returns the exit status."""

    async def action(store: Store) -> None:
        person, ground, now = await find_person(store, agent_id), await _ground(store, office), office.now()
        when, lead = moment_in(at, ground.zone(person)), _lead(ground.directory, agent_id, by)
        others = await desk_checks(store, agent_id=agent_id, since=now - 14 * _DAY_S)
        may_schedule(when, now, ground.rule(person), ground.shift(agent_id, when), others)
        check = _new(agent_id, when, by, now)
        row = desk_row(person, check.check_id, now, {"what": "scheduled", "at": when, "by": lead.agent_ref})
        await schedule(store, [check], [row])
        office.console.print(
            f"Desk check {check.check_id} of {escape(person.name)} is planned. The agent is told by the "
            "running service; if that cannot be in time, it lapses, and nothing follows.",
            soft_wrap=True,
        )

    return office.do(action)


def plan_site(office: Office, site: str, by: str) -> int:
    """Schedule the desk checks of the coming week for everybody whom a lead leads at a site.

    All are treated alike: nothing here knows who agreed to the camera and who refused it.

    Returns:
        Exit status.
    """

    async def action(store: Store) -> None:
        ground, now = await _ground(store, office), office.now()
        people = [one for one in ground.directory.people.values() if one.site_id == site]
        led = [one for one in people if by in ground.directory.lead_ids(one.agent_id)]
        if not led:
            raise DeskCheckError(f"{by} leads nobody at {site}: see atdesk agents list")
        lead, seed = await find_person(store, by), secrets.token_bytes(32)
        planned = {check.agent_id for check in await desk_checks(store, since=now, open_only=True)}
        checks: list[DeskCheck] = []
        for person in led:
            rule = ground.rule(person)
            if rule.enabled and person.agent_id not in planned:
                shifts = ground.shifts(person.agent_id, now, now + _WEEK_DAYS * _DAY_S)
                times = plan_week(seed, person.agent_ref, shifts, now, rule)
                checks += [_new(person.agent_id, at, by, now) for at in times]
        by_id = ground.directory.people
        rows = [
            desk_row(
                by_id[one.agent_id],
                one.check_id,
                now,
                {"what": "scheduled", "at": one.at, "by": lead.agent_ref},
            )
            for one in checks
        ]
        await schedule(store, checks, rows)
        office.console.print(f"{len(checks)} desk checks are planned for the next seven days.")

    return office.do(action)


def list_checks(office: Office, agent_id: str | None) -> int:
    """Show desk checks of the last week and to come; returns the exit status."""

    async def action(store: Store) -> None:
        directory = await load_directory(store)
        found = await desk_checks(store, agent_id=agent_id, since=office.now() - _WEEK_DAYS * _DAY_S)
        if not found:
            office.console.print("None in the last week, and none to come.")
            return
        table = Table("id", "agent", "when", "status", "looked")
        for check in found:
            person = directory.people[check.agent_id]
            zone = ZoneInfo(directory.sites[person.site_id].time_zone)
            when = f"{datetime.fromtimestamp(check.at, zone):%a %Y-%m-%d %H:%M %Z}"
            cells = (check.check_id, person.name, when, check.status, check.answered_by or "")
            table.add_row(*(escape(cell) for cell in cells))
        office.console.print(table)

    return office.do(action)


def move_check(office: Office, check_id: str, to: str) -> int:
    """The agent moves a desk check, once; returns the exit status."""

    async def action(store: Store) -> None:
        check, ground, now = await desk_check(store, check_id), await _ground(store, office), office.now()
        person = ground.directory.people[check.agent_id]
        when = moment_in(to, ground.zone(person))
        await put_move(store, check, person, when, now, ground.rule(person), ground.directory)
        office.console.print(f"Desk check {escape(check_id)} is moved; it is announced anew.")

    return office.do(action)


def answer_check(office: Office, check_id: str, by: str, said: Sequence[str], *, missed: bool) -> int:
    """A lead has looked, or the agent did not come; returns the exit status."""

    async def action(store: Store) -> None:
        check, ground, now = await desk_check(store, check_id), await _ground(store, office), office.now()
        person, lead = ground.directory.people[check.agent_id], _lead(ground.directory, check.agent_id, by)
        if missed and said:
            raise DeskCheckError("either the list is answered or the agent did not come, not both")
        answers = None if missed else parse_answers(said, ground.rule(person).items)
        await put_answer(store, check, person, lead, answers, now)
        what = "missed" if missed else "done"
        follows = "Nothing follows from a missed one." if missed else "The agent finds it in their own log."
        office.console.print(f"Desk check {escape(check_id)} is {what}. {follows}")

    return office.do(action)


async def _ground(store: Store, office: Office) -> _Ground:
    config = office.config
    agreements = await load_agreements(store, declared_of(config), config.service.signing_key)
    return _Ground(await load_directory(store), agreements)


def _new(agent_id: str, at: float, by: str, now: float) -> DeskCheck:
    return DeskCheck(secrets.token_hex(4), agent_id, at, by, now)


def _lead(directory: Directory, agent_id: str, by: str) -> Person:
    """The person who looks: a named one, who leads this agent."""
    if by not in directory.lead_ids(agent_id):
        leads = ", ".join(directory.lead_ids(agent_id)) or "nobody"
        raise DeskCheckError(f"{by} does not lead {agent_id}: it is for {leads} to look")
    return directory.people[by]
