"""The agent's own pictures, with the real models: guidance, a template, the self-test; nothing is written."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from atdesk_core.identity import (
    ConfirmationError,
    Grounds,
    OwnSession,
    PersonKeys,
    Template,
    Templates,
    template_encoders,
)
from atdesk_core.identity.confirming import Source
from atdesk_core.policy import DifferentPersonRule, LookRules, Precondition
from atdesk_core.store import tables
from tests.core.web.own import photos
from tests.core.web.own.conftest import Vision
from tests.core.web.own.house import SLOW, Desk, desk
from tests.core.web.own.photos import Pixels, jpeg

JPEG = {"Content-Type": "image/jpeg"}


def code(answer: Any) -> str:
    return str(answer.json()["error"]["code"])


async def check(client: httpx2.AsyncClient, content: bytes) -> httpx2.Response:
    return await client.post("/api/me/enrolment/photo", content=content, headers=JPEG)


async def enrol(client: httpx2.AsyncClient, *pictures: bytes) -> httpx2.Response:
    parts = [("photo", (f"{number}.jpg", one, "image/jpeg")) for number, one in enumerate(pictures)]
    return await client.post("/api/me/enrolment", files=parts)


def open_at(vision: Vision, folder: Path, **more: Any) -> Any:
    return desk(folder, pool=vision.pool, **more)


async def with_templates(vision: Vision, here: Desk) -> None:
    """The pool reads what this service keeps."""
    vision.templates = Templates(here.service.store, PersonKeys(here.service.store, here.service.ring))
    vision.pool.renew(lambda _agent_id: False)


def found_in(folder: Path, pieces: list[bytes]) -> list[Path]:
    """Files that hold one of these."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if any(piece in path.read_bytes() for piece in pieces)]


def is_elsewhere(path: Path, folder: Path) -> bool:
    return path.is_absolute() and folder not in path.parents


@pytest.fixture
def written() -> Iterator[list[str]]:
    """Files that are opened for writing while the test runs."""
    opened: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
            opened.append(str(arguments[0]))

    sys.addaudithook(hook)  # cannot be taken away again, so it is switched off instead
    yield opened
    watching = False


class TestGuidance:
    @pytest.mark.parametrize(
        ("picture", "advice"),
        [
            (photos.agent, []),
            (photos.dark, ["too_dark"]),
            (photos.blurred, ["blurred"]),
            (photos.far, ["too_far"]),
            (photos.two, ["two_faces"]),
            (photos.nobody, ["no_face"]),
        ],
    )
    async def test_it_says_what_to_do(
        self, tmp_path: Path, vision: Vision, picture: Callable[[], Pixels], advice: list[str]
    ) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            answer = await check(ann, jpeg(picture()))
        assert answer.status_code == 200
        told = answer.json()
        assert told["advice"][:1] == advice[:1]
        assert told["fit"] is not bool(advice)
        assert len(told["words"]) == len(told["advice"])
        assert (told["face"] is None) == (advice in (["no_face"], ["too_dark"]))

    @pytest.mark.parametrize(
        ("content", "kind", "status", "expected"),
        [
            (b"not a picture", "image/jpeg", 422, "unreadable"),
            (b"\xff\xd8\xff\xe0" + b"\x00" * 400, "image/jpeg", 422, "unreadable"),
            (b"\xff\xd8\xff", "image/png", 415, "not_a_picture"),
            (b"\xff\xd8\xff" + b"\x00" * 2_200_000, "image/jpeg", 413, "too_large"),
            (b"", "image/jpeg", 422, "unreadable"),
        ],
    )
    async def test_what_is_no_picture_is_told(
        self, tmp_path: Path, vision: Vision, content: bytes, kind: str, status: int, expected: str
    ) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            for path in ("enrolment/photo", "self-test"):
                answer = await ann.post(f"/api/me/{path}", content=content, headers={"Content-Type": kind})
                assert (answer.status_code, code(answer)) == (status, expected)
                assert answer.json()["error"]["message"]

    async def test_without_a_consent_no_picture_is_opened(self, tmp_path: Path, vision: Vision) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            await ann.delete("/api/me/consent")
            for answer in (
                await check(ann, jpeg(photos.agent())),
                await enrol(ann, *[jpeg(photos.agent(n)) for n in (1, 2, 3)]),
                await ann.post("/api/me/self-test", content=jpeg(photos.agent()), headers=JPEG),
            ):
                assert (answer.status_code, code(answer)) == (409, "consent_needed")

    async def test_where_no_face_is_compared_no_template_is_made(
        self, tmp_path: Path, vision: Vision
    ) -> None:
        policy = SLOW.model_copy(update={"different_person": DifferentPersonRule(enabled=False)})
        async with open_at(vision, tmp_path, policy=policy) as here, here.client() as ann:
            answer = await check(ann, jpeg(photos.agent()))
            assert (answer.status_code, code(answer)) == (403, "policy_forbids")
            assert not (await ann.get("/api/me")).json()["enrolment"]


class TestEnrolment:
    async def test_photos_of_the_own_session_become_a_template_and_go(
        self, tmp_path: Path, vision: Vision, written: list[str]
    ) -> None:
        pictures = [jpeg(photos.agent(number)) for number in (1, 2, 3)]
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            await with_templates(vision, here)
            assert not (await ann.get("/api/me")).json()["enrolled"]
            answer = await enrol(ann, *pictures)
            assert answer.status_code == 201
            assert answer.json()["used"] == 3
            assert (await ann.get("/api/me")).json()["enrolled"]
            async with here.service.store.reading() as connection:
                (row,) = await connection.execute(tables.templates.select())
            assert (row.agent_id, row.source) == ("ann", Source.OWN_SESSION)
            test = await ann.post("/api/me/self-test", content=jpeg(photos.agent(2)), headers=JPEG)
            assert test.json()["match"] == "same"
            other = await ann.post("/api/me/self-test", content=jpeg(photos.somebody_else()), headers=JPEG)
            assert other.json()["match"] != "same"
            receipt = (await ann.delete("/api/me/consent")).json()
            assert receipt["document"]["destroyed"]["templates"] == 1
            assert await template_encoders(here.service.store) == {}
        assert found_in(tmp_path, [picture[200:264] for picture in pictures]) == []
        assert [one for one in written if is_elsewhere(Path(one), tmp_path)] == []

    async def test_a_session_is_good_for_nobody_elses_template(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here:
            templates = Templates(here.service.store, PersonKeys(here.service.store, here.service.ring))
            grounds = Grounds(OwnSession("bob"), release_needed=False)
            with pytest.raises(ConfirmationError, match="somebody else is signed in"):
                await templates.save(Template("ann", "dlib", (0.0,)), 1.0, grounds)
            assert await template_encoders(here.service.store) == {}

    async def test_unfit_photos_are_told_one_by_one_and_make_nothing(
        self, tmp_path: Path, vision: Vision
    ) -> None:
        bad = [jpeg(one) for one in (photos.dark(), photos.nobody(), photos.blurred())]
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            answer = await enrol(ann, *bad)
            assert (answer.status_code, code(answer)) == (422, "unfit")
            assert [one["fit"] for one in answer.json()["photos"]] == [False, False, False]
            assert await template_encoders(here.service.store) == {}

    async def test_a_written_release_comes_first_where_the_policy_asks_for_one(
        self, tmp_path: Path, vision: Vision
    ) -> None:
        policy = SLOW.model_copy(update={"requires": frozenset({Precondition.WRITTEN_RELEASE})})
        async with open_at(vision, tmp_path, policy=policy) as here, here.client() as ann:
            answer = await enrol(ann, *[jpeg(photos.agent(n)) for n in (1, 2, 3)])
            assert (answer.status_code, code(answer)) == (409, "release_needed")
            assert await template_encoders(here.service.store) == {}

    @pytest.mark.parametrize("number", [0, 2, 6])
    async def test_too_few_and_too_many(self, tmp_path: Path, vision: Vision, number: int) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            answer = await enrol(ann, *[b"\xff\xd8\xff\xe0 tiny"] * number)
            assert answer.status_code in (400, 415)
            assert await template_encoders(here.service.store) == {}


class TestSelfTest:
    async def test_it_shows_what_the_checker_sees_and_leaves_a_line_in_the_log(
        self, tmp_path: Path, vision: Vision
    ) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            answer = await ann.post("/api/me/self-test", content=jpeg(photos.agent()), headers=JPEG)
            seen = answer.json()
            assert [box["kind"] for box in seen["boxes"]].count("face") == 1
            face = seen["boxes"][0]
            assert 0 < face["x"] < face["x"] + face["w"] < 1
            assert seen["would_say"] == "It would say: you are at the desk."
            assert seen["quality"]["brightness"] > 40
            log = (await ann.get("/api/me/log")).json()
            me = (await ann.get("/api/me")).json()
            assert here.service.room.session("ann").look is None
        (line,) = [one for one in log["entries"] if one["kind"] == "look"]
        assert "the agent's own test" in line["sentence"]
        assert me["budget"]["frames_used"] == me["budget"]["looks"] == 0

    @pytest.mark.parametrize(
        ("picture", "says"),
        [(photos.dark, "too_dark"), (photos.nobody, "covered")],
    )
    async def test_what_it_could_not_tell_it_says(
        self, tmp_path: Path, vision: Vision, picture: Callable[[], Pixels], says: str
    ) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            seen = (await ann.post("/api/me/self-test", content=jpeg(picture()), headers=JPEG)).json()
        assert seen["obstacle"] == says
        assert not [one for one in seen["boxes"] if one["kind"] == "face"]
        assert seen["would_say"].startswith("It would say")

    async def test_in_a_pause_nothing_looks_this_test_included(self, tmp_path: Path, vision: Vision) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            await ann.post("/api/me/pause")
            answer = await ann.post("/api/me/self-test", content=jpeg(photos.agent()), headers=JPEG)
            assert (answer.status_code, code(answer)) == (409, "paused")

    async def test_where_no_policy_allows_it_there_is_none(self, tmp_path: Path, vision: Vision) -> None:
        policy = SLOW.model_copy(update={"looks": LookRules(reasons=frozenset())})
        async with open_at(vision, tmp_path, policy=policy) as here, here.client() as ann:
            assert not (await ann.get("/api/me")).json()["self_test"]
            answer = await ann.post("/api/me/self-test", content=jpeg(photos.agent()), headers=JPEG)
            assert (answer.status_code, code(answer)) == (403, "policy_forbids")

    async def test_one_picture_at_a_time(self, tmp_path: Path, vision: Vision) -> None:
        async with open_at(vision, tmp_path) as here, here.client() as ann:
            content = jpeg(photos.agent())
            answers = await asyncio.gather(*[check(ann, content) for _ in range(4)])
            assert {one.status_code for one in answers} == {200, 429}
            assert (await check(ann, content)).status_code == 200
