"""The routes of a flag's page. Whoever may not see it does not learn whether there is such a flag."""

import logging
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from atdesk_core import reviewing
from atdesk_core.evidence import StillError, ViewReason
from atdesk_core.identity import KeyRingError, Person
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.reviewing import Asked, RequestKind
from atdesk_core.runtime.answering import may_review
from atdesk_core.store import FlagRow, Unit
from atdesk_core.web.context import PageContext
from atdesk_core.web.flag_page import html
from atdesk_core.web.flag_page.doors import Doors
from atdesk_core.web.flag_page.gathering import Case, case_of
from atdesk_core.web.flag_page.showing import REASONS, SAID, Viewer, page_of
from atdesk_core.web.flag_page.who_may import Act, Seat, acts_for, seat_of
from atdesk_core.web.sign_in import NotAllowed, Role
from atdesk_core.web.sign_in.under_way import Once
from atdesk_sdk import FlagStatus

log = logging.getLogger(__name__)

PICTURE_S: Final = 60.0
"""So long a browser may take to fetch a picture that was asked for."""
_NUMBER: Final = "{number:str}"
_WHY_OPENED: Final = {
    FlagStatus.DISPUTED: ViewReason.DISPUTE,
    FlagStatus.AWAITING_SECOND: ViewReason.SECOND_REVIEW,
}


@dataclass(frozen=True, slots=True)
class _Visit:
    """Somebody at a flag that they may open."""

    flag: FlagRow
    person: Person
    seat: Seat


class FlagPages:
    """The pages of all flags.

    Args:
        context: See `PageContext`.
    """

    def __init__(self, context: PageContext) -> None:
        service = context.running.service
        self._guard, self._now = context.guard, context.now
        self._store, self._world, self._room = service.store, service.world, service.room
        self._links, self._evidence, self._reviews = service.flag_links, service.evidence, service.reviews
        self._doors = Doors(context.now, context.config.service.flag_link_hours * 3600.0)
        self._pictures: Once[tuple[str, str, str]] = Once(context.now, PICTURE_S)

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            Route("/flags/static/flag.css", html.style),
            Route(f"/flags/{_NUMBER}", self.show),
            Route(f"/flags/{_NUMBER}/answer", self.answer, methods=["POST"]),
            Route(f"/flags/{_NUMBER}/picture", self.ask_picture, methods=["POST"]),
            Route(f"/flags/{_NUMBER}/picture/{{key:str}}", self.picture),
            Route(f"/flags/{_NUMBER}/{{token:str}}", self.enter),
        ]

    async def enter(self, request: Request) -> Response:
        """By a link. It opens this one page, to this one person, and is not in the address any more."""
        visit = await self._visit(request)
        if visit is None:
            return html.note(request, "missing", 404)
        number = visit.flag.number
        if not await self._links.is_good(number, request.path_params["token"]):
            return html.note(request, "over", 410, number=number)
        self._doors.open(visit.person.agent_id, number)
        return RedirectResponse(f"/flags/{number}", status_code=303)

    async def show(self, request: Request) -> Response:
        """The page. The row that says who looks is on the disk before anything is shown."""
        visit = await self._visit(request)
        if visit is None:
            return html.note(request, "missing", 404)
        if not self._doors.is_open(visit.person.agent_id, visit.flag.number):
            return html.note(request, "over", 410, number=visit.flag.number)
        await self._log(visit)
        case = await case_of(
            visit.flag, visit.person.agent_id, self._store, self._world, self._evidence, self._now()
        )
        said, key = request.query_params.get("said", ""), request.query_params.get("picture", "")
        number, acts = visit.flag.number, self._acts(visit, case)
        viewer = Viewer(
            visit.person,
            visit.seat,
            acts,
            self._guard.csrf(request),
            said if said in SAID else "",
            f"/flags/{number}/picture/{key}" if key.replace("-", "").replace("_", "").isalnum() else "",
        )
        return html.flag_page(page_of(case, viewer, self._world.directory))

    async def answer(self, request: Request) -> Response:
        """One answer to this one flag, by this one person."""
        visit = await self._change(request)
        if isinstance(visit, Response):
            return visit
        form = await request.form()
        act, reason = str(form.get("act", "")), str(form.get("reason", ""))
        number = visit.flag.number
        if act not in tuple(Act) or reason not in REASONS[Act(act)]:
            return RedirectResponse(f"/flags/{number}?said=reason_missing", status_code=303)
        kind = RequestKind(act)
        asked = Asked(kind, visit.person.agent_ref, self._now(), flag_number=number, code=reason)
        outcome = await self._reviews.take(asked)
        await self._room.flushed()
        known = outcome if outcome in SAID else "failed"
        return RedirectResponse(f"/flags/{number}?said={known}", status_code=303)

    async def ask_picture(self, request: Request) -> Response:
        """A key that opens the picture once, for this person."""
        visit = await self._change(request)
        if isinstance(visit, Response):
            return visit
        person_id, number = visit.person.agent_id, visit.flag.number
        case = await case_of(visit.flag, person_id, self._store, self._world, self._evidence, self._now())
        if case.still is None:
            return RedirectResponse(f"/flags/{number}", status_code=303)
        key = self._pictures.put((person_id, number, case.still.still_id))
        return RedirectResponse(f"/flags/{number}?picture={key}", status_code=303)

    async def picture(self, request: Request) -> Response:
        """The picture itself: opened in memory, in the log before the first byte, given out once."""
        visit = await self._visit(request)
        wanted = self._pictures.take(request.path_params["key"])
        if visit is None or wanted is None or wanted[:2] != (visit.person.agent_id, visit.flag.number):
            return html.note(request, "missing", 404)
        reason = _WHY_OPENED.get(FlagStatus(visit.flag.status), ViewReason.REVIEW)
        try:
            jpeg = await self._evidence.view(
                wanted[2],
                visit.person.agent_id,
                reason,
                self._world.directory,
                lambda agent_id: self._world.facts(agent_id).policy,
            )
        except (StillError, KeyRingError):
            log.warning("a picture of flag %s could not be opened", visit.flag.number)
            return html.note(request, "missing", 404)
        return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    # ---- who is there ------------------------------------------------------------------------------------

    async def _visit(self, request: Request) -> _Visit | None:
        """Who is there, and the flag; None where it does not exist for them.

        Raises:
            NotSignedIn: Nobody is.
        """
        number = request.path_params["number"]
        for role in (Role.LEAD, Role.REVIEWER):
            try:
                who = await self._guard.require(request, role)
            except NotAllowed:
                continue
            found = await self._visit_as(who.person_id, role, number)
            if found is not None:
                return found
        return None

    async def _visit_as(self, person_id: str, role: Role, number: str) -> _Visit | None:
        flag, person = await self._store.flag(number), self._world.directory.people.get(person_id)
        if flag is None or person is None:
            return None
        world = self._world
        said = {review.by_ref for review in await reviewing.reviews_of(self._store, number)}
        seat = seat_of(
            world.directory,
            person_id,
            role,
            flag,
            world.on_shift,
            world.reviewers,
            has_said=person.agent_ref in said,
        )
        return None if seat is None else _Visit(flag, person, seat)

    async def _change(self, request: Request) -> "_Visit | Response":
        """The same for a form, which our own page must have sent, and by a page that is open."""
        visit = await self._visit(request)
        if visit is None:
            return html.note(request, "again", 403)
        if not self._doors.is_open(visit.person.agent_id, visit.flag.number):
            return html.note(request, "over", 410, number=visit.flag.number)
        return visit

    def _acts(self, visit: _Visit, case: Case) -> tuple[Act, ...]:
        world, person = self._world, visit.person
        may_decide = may_review(world.directory, person.agent_id, visit.flag.agent_id, world.reviewers)
        return acts_for(visit.flag, may_decide, case.reviews, person.agent_ref)

    async def _log(self, visit: _Visit) -> None:
        """Raises what the store raises: without the row nothing is shown."""
        directory = self._world.directory
        site, whose = directory.site_of(visit.flag.agent_id), directory.agent_ref(visit.flag.agent_id)
        data = {"number": visit.flag.number, "role": visit.seat.value, "by": visit.person.agent_ref}
        where = site.site_id if site else ""
        row = entry(LedgerKind.FLAG_VIEWED, self._now(), where, whose, data)
        await self._store.commit(Unit(ledger=(row,)))
