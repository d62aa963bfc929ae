"""The agent's own pictures: guidance, a template, and the self-test. None of them is written anywhere."""

import contextlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from atdesk_core.identity import EnrolmentError, Grounds, OwnSession, PersonKeys, TemplateError, Templates
from atdesk_core.identity.templates import Template, has_release
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.policy import Because, LookReason
from atdesk_core.runtime.own_words import ADVICE, say_in
from atdesk_core.session import wanted
from atdesk_core.store import LedgerEntry, Unit
from atdesk_core.vision.enrol import EnrolmentOutcome, Photo, Unfit
from atdesk_core.web.context import PageContext
from atdesk_core.web.own.answers import Call, Refusal
from atdesk_core.web.own.bodies import read_picture, read_pictures
from atdesk_core.web.own.guidance import Guidance, Log
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
        self._guidance = Guidance(context.now)

    def close(self) -> None:
        """The service ends: what is open is over, and the log says so."""
        self._guidance.close()

    async def check(self, call: Call) -> Response:
        """What speaks against a picture, while the camera is open."""
        await self._check_before_reading(call)
        with self._alone(call.agent_id):
            photo = Photo("photo", await read_picture(call.request))
            await self._opens(call, 1)
            checked = await self._pool.check_photo(photo)
        if Unfit.UNREADABLE in checked.unfit:
            raise Refusal(422, "unreadable")
        advice = [_CODES[one] for one in checked.unfit]
        face = _sides(checked.face) if checked.face else None
        return JSONResponse({**_told(advice, call.language), "face": face})

    async def enrol(self, call: Call) -> Response:
        """A template out of the agent's own signed-in session."""
        release_needed = await self._check_before_reading(call)
        agent_id = call.agent_id
        with self._alone(agent_id):
            parts = await read_pictures(call.request)
            photos = [Photo(str(number), part) for number, part in enumerate(parts)]
            await self._opens(call, len(photos))
            outcome = await self._pool.make_template(photos)
            self._check_enrolment(call)
            said = _photos(outcome, call.language)
            if outcome.enrolment is None:
                raise Refusal(422, "unfit", beside={"photos": said})
            await self._save(call, outcome, Grounds(OwnSession(agent_id), release_needed))
        self._guidance.ends(agent_id)
        await self._service.take_up_changes()
        used = sum(one["fit"] for one in said)
        return JSONResponse({"used": used, "photos": said}, status_code=201)

    async def test(self, call: Call) -> Response:
        """What the checker sees in a picture of the agent's own."""
        self._check_test(call)
        with self._alone(call.agent_id):
            picture = await read_picture(call.request)
            self._check_test(call)
            observed = await self._measured(call, picture)
        if observed.obstacle is Obstacle.UNREADABLE:
            raise Refusal(422, "unreadable")
        return JSONResponse(seen_in_words(observed, call.language))

    async def _measured(self, call: Call, jpeg: bytes) -> Observation:
        """Measured for what the policy asks; logged, since it was looked at; charged to no budget."""
        agent_id, now = call.agent_id, self._context.now()
        look_id = f"self-{secrets.token_hex(6)}"
        facts, session = self._service.world.facts(agent_id), self._service.room.session(agent_id)
        policy = facts.policy.version if facts.policy else ""
        log = self._log_of(call)
        log(LedgerKind.LOOK_OPENED, look_id=look_id, reason=LookReason.SELF_TEST, policy=policy)
        frame = Frame(look_id, memoryview(jpeg), PixelFormat.JPEG, now, now)
        want = wanted(session, facts)
        match = want.match and self._service.world.directory.is_enrolled(agent_id)
        try:
            await self._service.room.flushed()
            self._check_test(call)
            return await self._pool.observe_alone(agent_id, frame, replace(want, match=match))
        finally:
            log(LedgerKind.LOOK_ENDED, look_id=look_id, frames=1, why="complete", seconds=0.0)

    async def _save(self, call: Call, outcome: EnrolmentOutcome, grounds: Grounds) -> None:
        made, now = outcome.enrolment, self._context.now()
        assert made is not None  # noqa: S101  (the caller has looked)
        used = sum(one.unfit is None for one in outcome.photos)
        row = self._entries_of(call)(LedgerKind.ENROLMENT, photos=used, how="own_session")
        templates = Templates(self._service.store, PersonKeys(self._service.store, self._service.ring))
        try:
            template = Template(call.agent_id, made.encoder, tuple(made.template))
            await templates.save(template, now, grounds, [row])
        except (EnrolmentError, TemplateError):  # the consent was withdrawn meanwhile
            raise Refusal(409, "consent_needed") from None

    async def _check_before_reading(self, call: Call) -> bool:
        """Nothing stands against it, and the written release is there where one is needed: whether it is."""
        self._check_enrolment(call)
        release_needed = self._service.own.needs_release(call.agent_id)
        if release_needed and not await has_release(self._service.store, call.agent_id, self._context.now()):
            raise Refusal(409, "release_needed")
        return release_needed

    async def _opens(self, call: Call, pictures: int) -> None:
        """Asked again once the pictures are there, which took its time; they are opened once it is logged."""
        self._check_enrolment(call)
        facts = self._service.world.facts(call.agent_id)
        policy = facts.policy.version if facts.policy else ""
        self._guidance.opens(call.agent_id, pictures, policy, self._log_of(call))
        await self._service.room.flushed()
        self._check_enrolment(call)

    def _check_enrolment(self, call: Call) -> None:
        self._check_running()
        why = self._service.own.why_no_enrolment(call.agent_id)
        if not why:
            return
        self._guidance.ends(call.agent_id, why)
        if why == Because.NO_CONSENT:
            raise Refusal(409, "consent_needed")
        if why == Because.PAUSED:
            raise Refusal(409, "paused", f"enrolment_{why}")
        raise Refusal(403, "policy_forbids", f"enrolment_{why}")

    def _check_test(self, call: Call) -> None:
        self._check_running()
        why = self._service.own.why_no_test(call.agent_id)
        if why == "paused":
            raise Refusal(409, "paused")
        if why:
            raise (
                Refusal(409, "consent_needed")
                if why == "no_consent"
                else Refusal(403, "policy_forbids", "no_analysis")
            )

    def _check_running(self) -> None:
        """What cannot be logged is not opened."""
        if self._service.room.failed.is_set():
            raise Refusal(503, "stopped")

    @contextlib.contextmanager
    def _alone(self, agent_id: str) -> Iterator[None]:
        if agent_id in self._busy:
            raise Refusal(429, "busy")
        self._busy.add(agent_id)
        try:
            yield
        finally:
            self._busy.discard(agent_id)

    def _log_of(self, call: Call) -> Log:
        """Writes rows about who is here now, also once the person has left the directory."""
        make = self._entries_of(call)

        def log(kind: LedgerKind, **data: str | float) -> None:
            self._service.room.keep(Unit(ledger=(make(kind, **data),)))

        return log

    def _entries_of(self, call: Call) -> Callable[..., LedgerEntry]:
        directory = self._service.world.directory
        site, ref = directory.site_of(call.agent_id), directory.agent_ref(call.agent_id)
        where = site.site_id if site else ""
        return lambda kind, **data: entry(kind, self._context.now(), where, ref, data)


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
