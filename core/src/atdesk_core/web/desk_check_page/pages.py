"""The routes of the desk checks' pages. Whoever does not lead the agent does not learn of a check.

Nobody sends a link: a lead signs in, and the list has the checks of those whom they lead, or cover for.
"""

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from atdesk_core.desk_checks import (
    ANSWER_WITHIN_S,
    Answer,
    DeskCheck,
    DeskCheckError,
    answers_of,
    desk_check,
    desk_checks,
    may_answer,
    parse_answers,
)
from atdesk_core.identity import Person, Standing, standing_of
from atdesk_core.policy.safeguards import DeskCheckRule
from atdesk_core.runtime.desk_answers import desk_row, put_answer
from atdesk_core.store import Unit
from atdesk_core.web import sheets
from atdesk_core.web.context import PageContext
from atdesk_core.web.desk_check_page.showing import (
    MISSED,
    ROOM,
    SAID,
    Sheet,
    Viewer,
    field_of,
    list_of,
    page_of,
)
from atdesk_core.web.sign_in import NotAllowed, Role

_CHECK: Final = "/checks/{check_id:str}"


@dataclass(frozen=True, slots=True)
class _Visit:
    """Somebody at a desk check that they may answer."""

    check: DeskCheck
    agent: Person
    person: Person
    standing: Standing


class DeskCheckPages:
    """The pages of all desk checks.

    Args:
        context: See `PageContext`.
    """

    def __init__(self, context: PageContext) -> None:
        service = context.running.service
        self._guard, self._now = context.guard, context.now
        self._store, self._world = service.store, service.world

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            Route("/checks", self.overview),
            Route(_CHECK, self.show),
            Route(f"{_CHECK}/answer", self.answer, methods=["POST"]),
        ]

    async def overview(self, request: Request) -> Response:
        """The checks of those whom this person leads, or covers for now: of the last day, and to come."""
        person = await self._lead(request)
        if person is None:
            return sheets.note(request, ROOM, "missing", 404)
        now = self._now()
        found = await desk_checks(self._store, since=now - ANSWER_WITHIN_S)
        theirs = [one for one in found if self._standing(person, one.agent_id) is not None]
        return sheets.sheet(ROOM, "checks.html", list_of(theirs, person, self._world.directory, now))

    async def show(self, request: Request) -> Response:
        """One check. The row that says who looks is on the disk before anything is shown."""
        visit = await self._visit(request)
        if visit is None:
            return sheets.note(request, ROOM, "missing", 404)
        await self._log(visit)
        said = request.query_params.get("said", "")
        viewer = Viewer(visit.person, visit.standing, self._guard.csrf(request), said if said in SAID else "")
        answers = await answers_of(self._store, visit.check.check_id)
        about = Sheet(visit.check, visit.agent, self._items(visit), answers, self._now())
        return sheets.sheet(ROOM, "check.html", page_of(about, viewer, self._world.directory))

    async def answer(self, request: Request) -> Response:
        """The whole list, or that the agent did not come: one answer, once."""
        visit = await self._visit(request)
        if visit is None:
            return sheets.note(request, ROOM, "again", 403)
        said = await self._take(visit, await request.form())
        return RedirectResponse(f"/checks/{visit.check.check_id}?said={said}", status_code=303)

    async def _take(self, visit: _Visit, form: FormData) -> str:
        """What became of it, by a code of `SAID`."""
        now = self._now()
        try:
            may_answer(visit.check, now)
        except DeskCheckError:
            return "not_open"
        try:
            answers = self._answers(visit, form)
        except DeskCheckError:
            return "incomplete"
        try:
            await put_answer(self._store, visit.check, visit.agent, visit.person, answers, now)
        except DeskCheckError:
            return "not_open"  # somebody else answered in this moment
        return "done" if answers is not None else "missed"

    def _answers(self, visit: _Visit, form: FormData) -> Answer | None:
        if form.get("outcome") == MISSED:
            return None
        items = self._items(visit)
        given = ((item, form.get(field_of(number))) for number, item in enumerate(items))
        return parse_answers([f"{item}={said}" for item, said in given if said], items)

    def _items(self, visit: _Visit) -> tuple[str, ...]:
        policy = self._world.facts(visit.agent.agent_id).policy
        return (policy.desk_check if policy is not None else DeskCheckRule()).items

    # ---- who is there ------------------------------------------------------------------------------------

    async def _lead(self, request: Request) -> Person | None:
        """Who is there; None: signed in, and leads nobody.

        Raises:
            NotSignedIn: Nobody is.
        """
        try:
            who = await self._guard.require(request, Role.LEAD)
        except NotAllowed:
            return None
        return self._world.directory.people.get(who.person_id)

    async def _visit(self, request: Request) -> _Visit | None:
        """Who is there, and the check; None where it does not exist for them."""
        person = await self._lead(request)
        if person is None:
            return None
        try:
            check = await desk_check(self._store, request.path_params["check_id"])
        except DeskCheckError:
            return None
        agent, standing = (
            self._world.directory.people.get(check.agent_id),
            self._standing(person, check.agent_id),
        )
        return None if agent is None or standing is None else _Visit(check, agent, person, standing)

    def _standing(self, person: Person, agent_id: str) -> Standing | None:
        return standing_of(self._world.directory, person.agent_id, agent_id, self._world.on_shift)

    async def _log(self, visit: _Visit) -> None:
        """Raises what the store raises: without the row nothing is shown."""
        data = {"what": "viewed", "by": visit.person.agent_ref}
        row = desk_row(visit.agent, visit.check.check_id, self._now(), data)
        await self._store.commit(Unit(ledger=(row,)))
