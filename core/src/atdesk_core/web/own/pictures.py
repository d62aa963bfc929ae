"""The agent's own pictures: guidance, a template, and the self-test. None of them is written anywhere."""

import contextlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from atdesk_core.identity import EnrolmentError, Grounds, OwnSession, PersonKeys, TemplateError, Templates
from atdesk_core.identity.templates import Template, has_release
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.policy import LookReason
from atdesk_core.runtime.own_words import ADVICE, say_in
from atdesk_core.session import wanted
from atdesk_core.store import LedgerEntry, Unit
from atdesk_core.vision.enrol import EnrolmentOutcome, Photo, Unfit
from atdesk_core.web.context import PageContext
from atdesk_core.web.own.answers import Call, Refusal
from atdesk_core.web.own.bodies import read_picture, read_pictures
from atdesk_core.web.own.seen import seen_in_words
from atdesk_sdk import Box, Frame, Observation, Obstacle, PixelFormat

_CODES: Final[Mapping[Unfit, str]] = {
    Unfit.UNREADABLE: "unreadable",
    Unfit.NO_FACE: "no_face",
    Unfit.TWO_FACES: "two_faces",
    Unfit.TOO_SMALL: "too_far",
    Unfit.TOO_DARK: "too_dark",
    Unfit.BLURRED: "blurred",
    Unfit.NO_NUMBERS: "no_face",
    Unfit.TURNED_AWAY: "turned",
    Unfit.ANOTHER_PERSON: "another_person",
    Unfit.NO_MAJORITY: "another_person",
}


class Pictures:
    """Each method without an underscore is one route. One picture of a person is looked at at a time."""

    def __init__(self, context: PageContext) -> None:
        self._context = context
        self._service = context.running.service
        self._pool = context.running.pool
        self._busy: set[str] = set()

    async def check(self, call: Call) -> Response:
        """What speaks against a picture, while the camera is open."""
        self._check_enrolment(call)
        with self._alone(call.agent_id):
            photo = Photo("photo", await read_picture(call.request))
            checked = await self._pool.check_photo(photo)
        if Unfit.UNREADABLE in checked.unfit:
            raise Refusal(422, "unreadable")
        advice = [_CODES[one] for one in checked.unfit]
        face = _sides(checked.face) if checked.face else None
        return JSONResponse({**_told(advice, call.language), "face": face})

    async def enrol(self, call: Call) -> Response:
        """A template out of the agent's own signed-in session."""
        self._check_enrolment(call)
        agent_id, store = call.agent_id, self._service.store
        release_needed = self._service.own.needs_release(agent_id)
        if release_needed and not await has_release(store, agent_id, self._context.now()):
            raise Refusal(409, "release_needed")
        with self._alone(agent_id):
            parts = await read_pictures(call.request)
            photos = [Photo(str(number), part) for number, part in enumerate(parts)]
            outcome = await self._pool.make_template(photos)
            said = _photos(outcome, call.language)
            if outcome.enrolment is None:
                raise Refusal(422, "unfit", beside={"photos": said})
            await self._save(call, outcome, Grounds(OwnSession(agent_id), release_needed))
        await self._service.take_up_changes()
        used = sum(one["fit"] for one in said)
        return JSONResponse({"used": used, "photos": said}, status_code=201)

    async def test(self, call: Call) -> Response:
        """What the checker sees in a picture of the agent's own."""
        why = self._service.own.why_no_test(call.agent_id)
        if why == "paused":
            raise Refusal(409, "paused")
        if why:
            raise (
                Refusal(409, "consent_needed")
                if why == "no_consent"
                else Refusal(403, "policy_forbids", "no_analysis")
            )
        with self._alone(call.agent_id):
            observed = await self._measured(call, await read_picture(call.request))
        if observed.obstacle is Obstacle.UNREADABLE:
            raise Refusal(422, "unreadable")
        return JSONResponse(seen_in_words(observed, call.language))

    async def _measured(self, call: Call, jpeg: bytes) -> Observation:
        """Measured for what the policy asks; logged, since it was looked at; charged to no budget."""
        agent_id, now = call.agent_id, self._context.now()
        look_id = f"self-{secrets.token_hex(6)}"
        facts, session = self._service.world.facts(agent_id), self._service.room.session(agent_id)
        policy = facts.policy.version if facts.policy else ""
        self._log(call, LedgerKind.LOOK_OPENED, look_id=look_id, reason=LookReason.SELF_TEST, policy=policy)
        frame = Frame(look_id, memoryview(jpeg), PixelFormat.JPEG, now, now)
        want = wanted(session, facts)
        match = want.match and self._service.world.directory.is_enrolled(agent_id)
        try:
            return await self._pool.observe_alone(agent_id, frame, replace(want, match=match))
        finally:
            self._log(call, LedgerKind.LOOK_ENDED, look_id=look_id, frames=1, why="complete", seconds=0.0)

    async def _save(self, call: Call, outcome: EnrolmentOutcome, grounds: Grounds) -> None:
        made, now = outcome.enrolment, self._context.now()
        assert made is not None  # noqa: S101  (the caller has looked)
        used = sum(one.unfit is None for one in outcome.photos)
        row = self._entry(call, LedgerKind.ENROLMENT, photos=used, how="own_session")
        templates = Templates(self._service.store, PersonKeys(self._service.store, self._service.ring))
        try:
            template = Template(call.agent_id, made.encoder, tuple(made.template))
            await templates.save(template, now, grounds, [row])
        except (EnrolmentError, TemplateError):  # the consent was withdrawn meanwhile
            raise Refusal(409, "consent_needed") from None

    def _check_enrolment(self, call: Call) -> None:
        why = self._service.own.why_no_enrolment(call.agent_id)
        if why == "consent_needed":
            raise Refusal(409, why)
        if why:
            raise Refusal(403, "policy_forbids", why)

    @contextlib.contextmanager
    def _alone(self, agent_id: str) -> Iterator[None]:
        if agent_id in self._busy:
            raise Refusal(429, "busy")
        self._busy.add(agent_id)
        try:
            yield
        finally:
            self._busy.discard(agent_id)

    def _log(self, call: Call, kind: LedgerKind, **data: str | float) -> None:
        self._service.room.keep(Unit(ledger=(self._entry(call, kind, **data),)))

    def _entry(self, call: Call, kind: LedgerKind, **data: str | float) -> LedgerEntry:
        directory = self._service.world.directory
        site = directory.site_of(call.agent_id)
        where = site.site_id if site else ""
        return entry(kind, self._context.now(), where, directory.agent_ref(call.agent_id), data)


def _photos(outcome: EnrolmentOutcome, language: str) -> list[Mapping[str, Any]]:
    return [_told([_CODES[one.unfit]] if one.unfit else [], language) for one in outcome.photos]


def _told(advice: Sequence[str], language: str) -> Mapping[str, Any]:
    say = say_in(language)
    return {"fit": not advice, "advice": list(advice), "words": [say(ADVICE[one]) for one in advice]}


def _sides(box: Box) -> Mapping[str, float]:
    return {
        "x": round(box.x, 4),
        "y": round(box.y, 4),
        "w": round(box.width, 4),
        "h": round(box.height, 4),
    }
