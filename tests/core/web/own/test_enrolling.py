"""What stands against a template and its guidance, in words; and what the log holds of what was opened."""

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest

from atdesk_core.agreements import (
    Entry,
    Scope,
    ScopeKind,
    lapse_precondition,
    record_precondition,
    site_scope,
)
from atdesk_core.evidence import NotAttestedError, Period, attest_off
from atdesk_core.identity import Signer, template_encoders
from atdesk_core.identity.records import mark_changed
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.policy import Because, DifferentPersonRule, Precondition
from atdesk_core.runtime import own_words
from atdesk_core.store import ALL_SITES, StopOrder, Unit, tables
from atdesk_core.vision.enrol import EnrolmentOutcome, Photo
from tests.core.web.own import photos
from tests.core.web.own.conftest import Vision
from tests.core.web.own.house import SLOW, Desk
from tests.core.web.own.photos import jpeg
from tests.core.web.own.test_pictures import JPEG, check, code, enrol, open_at

TEMPLATE_ES = "la creación de una plantilla por el propio agente"
TEMPLATE_FR = "la création d'un gabarit par l'agent lui-même"
MISSING = frozenset({Precondition.IMPACT_ASSESSMENT, Precondition.NOTICE_GIVEN})


def message(answer: Any) -> str:
    return str(answer.json()["error"]["message"])


async def of_looks(here: Desk) -> list[dict[str, Any]]:
    """The rows about looks and templates, each with its kind."""
    await here.service.room.flushed()
    kinds = ("look_opened", "look_ended", "enrolment")
    rows = await here.service.store.ledger_page(0)
    return [{"kind": row.kind, **json.loads(row.data)} for row in rows if row.kind in kinds]


async def on_record(here: Desk, kinds: Iterable[Precondition]) -> None:
    """A site has these on record, and the service knows."""
    for kind in kinds:
        record = Entry("REF-2026-1", 1.0, None, "H. R.")
        await record_precondition(here.service.store, site_scope("home"), kind, record, time.time())
    await here.service.take_up_changes()


async def speak(here: Desk, language: str) -> None:
    """Ann reads this language."""
    await here.service.store.run(
        lambda connection: connection.execute(
            tables.people.update().where(tables.people.c.agent_id == "ann").values(language=language)
        )
    )
    await here.service.store.run(mark_changed)
    await here.service.take_up_changes()


async def refused(here: Desk, ann: httpx2.AsyncClient, because: Because, language: str = "en") -> None:
    """No picture is measured, no template made; page and answers say why, and no look is logged."""
    says = own_words.say_in(language)(own_words.WHY_NO_ENROLMENT[because])
    me = (await ann.get("/api/me")).json()
    assert (me["enrolment"], me["why_no_enrolment"]) == (False, says)
    for answer in (
        await check(ann, jpeg(photos.agent())),
        await enrol(ann, *[jpeg(photos.agent(number)) for number in (1, 2, 3)]),
    ):
        assert (answer.status_code, code(answer)) == (403, "policy_forbids")
        assert message(answer) == says
    assert await of_looks(here) == []
    assert await template_encoders(here.service.store) == {}


class TestInTheLog:
    async def test_a_sitting_is_one_look_in_the_agents_own_log(self, tmp_path: Path, vision: Vision) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            for picture in (photos.dark(), photos.agent(), photos.agent(1)):
                assert (await check(ann, jpeg(picture))).status_code == 200
            pictures = [jpeg(photos.agent(number)) for number in (1, 2, 3)]
            assert (await enrol(ann, *pictures)).status_code == 201
            log = (await ann.get("/api/me/log")).json()
            rows, policy = await of_looks(here), here.service.world.policy_version("ann")
        (line,) = [one for one in log["entries"] if one["kind"] == "look"]
        assert line["sentence"] == (
            "Looked at through the agent's own page for the making of a template by the agent, 6 frames: "
            "shown to the agent alone, and nothing was judged"
        )
        assert log["numbers"]["frames"] == 6
        opened, made, ended = rows
        assert (opened["kind"], opened["reason"], opened["policy"]) == (
            "look_opened",
            "enrolment",
            policy,
        )
        assert (ended["kind"], ended["frames"], ended["why"]) == ("look_ended", 6, "complete")
        assert opened["look_id"] == ended["look_id"]
        assert (made["kind"], made["photos"]) == ("enrolment", 3)

    @pytest.mark.parametrize(("language", "says"), [("es", TEMPLATE_ES), ("fr", TEMPLATE_FR)])
    async def test_the_agent_reads_of_it_in_their_language(
        self, tmp_path: Path, vision: Vision, language: str, says: str
    ) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            await speak(here, language)
            await check(ann, jpeg(photos.agent()))
            log = (await ann.get("/api/me/log")).json()
        (line,) = [one for one in log["entries"] if one["kind"] == "look"]
        assert says in line["sentence"]

    async def test_what_is_open_when_the_service_ends_is_ended_in_the_log(
        self, tmp_path: Path, vision: Vision
    ) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            await check(ann, jpeg(photos.agent()))
            await here.service.room.aclose()
            opened, ended = await of_looks(here)
        assert (opened["kind"], ended["kind"]) == ("look_opened", "look_ended")
        assert (ended["frames"], ended["why"]) == (1, "stopped")

    @pytest.mark.parametrize(
        ("path", "opening"), [("enrolment/photo", "check_photo"), ("self-test", "observe_alone")]
    )
    async def test_it_is_on_the_disk_before_the_picture_is_opened(
        self, tmp_path: Path, vision: Vision, path: str, opening: str
    ) -> None:
        before: list[str] = []
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            opens = getattr(vision.pool, opening)

            async def watched(*what: Any) -> Any:
                before.extend(row.kind for row in await here.service.store.ledger_page(0))
                return await opens(*what)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(vision.pool, opening, watched)
                answer = await ann.post(f"/api/me/{path}", content=jpeg(photos.agent()), headers=JPEG)
            assert answer.status_code == 200
        assert before[-1] == LedgerKind.LOOK_OPENED

    async def test_what_is_no_picture_leaves_no_look(self, tmp_path: Path, vision: Vision) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            answer = await ann.post(
                "/api/me/enrolment/photo", content=b"x", headers={"Content-Type": "text/x"}
            )
            assert answer.status_code == 415
            assert await of_looks(here) == []

    @pytest.mark.parametrize("path", ["enrolment/photo", "self-test"])
    async def test_what_cannot_be_logged_is_not_opened(
        self, tmp_path: Path, vision: Vision, path: str
    ) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            here.service.room.failed.set()
            answer = await ann.post(f"/api/me/{path}", content=jpeg(photos.agent()), headers=JPEG)
            assert (answer.status_code, code(answer)) == (503, "stopped")

    @pytest.mark.parametrize("path", ["enrolment/photo", "self-test"])
    async def test_nobody_signs_that_no_frame_was_opened_while_one_was(
        self, tmp_path: Path, vision: Vision, path: str
    ) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            store, signer = here.service.store, Signer.create(tmp_path / "word.key")
            began = time.time()
            await store.commit(
                Unit(ledger=(entry(LedgerKind.STOP_ALL, began, "home", None, {"what": "lifted"}),))
            )
            await attest_off(store, signer, Period("home", began, time.time()), time.time())
            assert (await ann.post(f"/api/me/{path}", content=jpeg(photos.agent()), headers=JPEG)).is_success
            await here.service.room.flushed()
            now = time.time()
            with pytest.raises(NotAttestedError, match="a look was open"):
                await attest_off(store, signer, Period("home", began, now), now)


class TestWhatStandsAgainstATemplate:
    """The same for guidance, for the template, and on the page; in words of the agent's language."""

    @pytest.mark.parametrize("language", own_words.LANGUAGES)
    @pytest.mark.parametrize("missing", sorted(MISSING))
    async def test_each_precondition_that_is_missing(
        self, tmp_path: Path, vision: Vision, missing: Precondition, language: str
    ) -> None:
        policy = SLOW.model_copy(update={"requires": MISSING})
        async with open_at(vision, tmp_path, policy=policy) as here, here.client() as ann:
            await speak(here, language)
            await on_record(here, MISSING - {missing})
            await refused(here, ann, Because.PRECONDITION_MISSING, language)
            await on_record(here, {missing})
            assert (await check(ann, jpeg(photos.agent()))).status_code == 200

    async def test_one_that_has_lapsed(self, tmp_path: Path, vision: Vision) -> None:
        policy = SLOW.model_copy(update={"requires": MISSING})
        async with open_at(vision, tmp_path, policy=policy) as here, here.client() as ann:
            await on_record(here, MISSING)
            assert (await ann.get("/api/me")).json()["why_no_enrolment"] == ""
            await lapse_precondition(
                here.service.store, site_scope("home"), Precondition.NOTICE_GIVEN, "H. R.", time.time()
            )
            await here.service.take_up_changes()
            await refused(here, ann, Because.PRECONDITION_LAPSED)

    async def test_a_policy_that_compares_no_faces(self, tmp_path: Path, vision: Vision) -> None:
        policy = SLOW.model_copy(update={"different_person": DifferentPersonRule(enabled=False)})
        async with open_at(vision, tmp_path, policy=policy) as here, here.client() as ann:
            await refused(here, ann, Because.COMPARES_NO_FACES)

    @pytest.mark.parametrize("site", ["home", ALL_SITES])
    async def test_a_stop_order(self, tmp_path: Path, vision: Vision, site: str) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            await here.service.store.commit(Unit(stop_orders=(StopOrder(site, time.time(), None),)))
            await here.service.take_up_changes()
            await refused(here, ann, Because.STOPPED)

    async def test_a_policy_that_is_not_signed(self, tmp_path: Path, vision: Vision) -> None:
        async with open_at(vision, tmp_path, signed=False) as here, here.client() as ann:
            await refused(here, ann, Because.POLICY_NOT_SIGNED)

    async def test_a_policy_that_forbids_the_camera(self, tmp_path: Path, vision: Vision) -> None:
        policy = SLOW.model_copy(update={"camera": False})
        async with open_at(vision, tmp_path, policy=policy) as here, here.client() as ann:
            await refused(here, ann, Because.CAMERA_FORBIDDEN)

    async def test_a_pause_which_ends_what_was_open(self, tmp_path: Path, vision: Vision) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            assert (await check(ann, jpeg(photos.agent()))).status_code == 200
            await ann.post("/api/me/pause")
            answer = await check(ann, jpeg(photos.agent()))
            assert (answer.status_code, code(answer)) == (409, "paused")
            assert message(answer) == own_words.WHY_NO_ENROLMENT[Because.PAUSED]
            assert [one.get("why") for one in await of_looks(here)] == [None, "paused"]
            await ann.post("/api/me/resume")
            assert (await check(ann, jpeg(photos.agent()))).status_code == 200

    async def test_a_pause_while_the_template_is_being_made(self, tmp_path: Path, vision: Vision) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            made = vision.pool.make_template

            async def slowly(pictures: Sequence[Photo]) -> EnrolmentOutcome:
                outcome = await made(pictures)
                here.service.own.pause("ann", None, None)
                return outcome

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(vision.pool, "make_template", slowly)
                answer = await enrol(ann, *[jpeg(photos.agent(number)) for number in (1, 2, 3)])
            assert (answer.status_code, code(answer)) == (409, "paused")
            assert await template_encoders(here.service.store) == {}

    async def test_a_written_release_that_is_needed_is_asked_for_before_any_picture(
        self, tmp_path: Path, vision: Vision
    ) -> None:
        policy = SLOW.model_copy(update={"requires": frozenset({Precondition.WRITTEN_RELEASE})})
        async with open_at(vision, tmp_path, policy=policy) as here, here.client() as ann:
            answer = await check(ann, jpeg(photos.agent()))
            assert (answer.status_code, code(answer)) == (409, "release_needed")
            assert await of_looks(here) == []
            release = Entry("REL-2026-1", 1.0, None, "H. R.")
            of_ann = Scope(ScopeKind.AGENT, "ann")
            await record_precondition(
                here.service.store, of_ann, Precondition.WRITTEN_RELEASE, release, time.time()
            )
            assert (await check(ann, jpeg(photos.agent()))).status_code == 200
