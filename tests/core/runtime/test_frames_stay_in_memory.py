"""Promise 4: frames live in memory. What a service leaves on the disk holds no picture and no template.

Where policy allows stills, the one picture that a flag was judged on is there, sealed, and nobody but the
agent can be known in it.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from atdesk_core.evidence import EvidenceStore, Still, ViewReason
from atdesk_core.identity import FileKeyRing, load_directory
from atdesk_core.judging import JudgingRules
from atdesk_core.policy import SitePolicy, StillsRule
from atdesk_core.runtime.pool import VisionPool
from atdesk_core.store import Store
from atdesk_core.vision.decode import decode_bytes
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.quality import thumbnail
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import POLICY, Office, account, until
from tests.core.vision.footage import agent, clip, jpeg, models

WINDOW = 24
"""Bytes of a picture in a row that no file may hold; shorter ones are met by chance."""
_START_OF_JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """Every file that this process opens for writing, from here on; temporary ones come to `tmp_path`."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    opened: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
            opened.append(str(arguments[0]))

    sys.addaudithook(hook)  # cannot be taken away again, so it is switched off instead
    yield opened
    watching = False


async def test_a_service_with_real_eyes_leaves_neither_picture_nor_template(
    tmp_path: Path, written: list[str]
) -> None:
    enrolment = agent()
    pictures = tuple(jpeg(pixels) for pixels in clip("grid_a_1")[:8])
    pool = VisionPool(1, lambda _agent_id: _enrolment(enrolment))
    await pool.start()
    platform = ScriptedPlatform((account("ann"), account("lee")), time.time)
    office = Office(tmp_path, platform, eyes=pool, judging=JudgingRules())
    try:
        async with office.open():
            office.show_pictures(pictures)
            await until(lambda: _found(office, "present"), timeout_s=60.0)
            await asyncio.sleep(0)
    finally:
        await pool.aclose()
    assert _found(office, "present")
    left = _left(tmp_path)
    assert any(name.startswith("atdesk.db") for name in left), "nothing was written, so nothing is proved"
    for secret in (*_of_pictures(pictures), *_of_template(enrolment)):
        assert not any(secret in content for content in left.values())
    assert [path for path in written if Path(path).is_absolute() and tmp_path not in Path(path).parents] == []


@pytest.mark.parametrize("allowed", [True, False], ids=["stills allowed", "no stills"])
async def test_the_only_picture_on_the_disk_is_a_sealed_still_and_only_where_policy_allows_it(
    tmp_path: Path, written: list[str], allowed: bool
) -> None:
    """Somebody else sits down in the agent's seat, before the real eyes, until the lead has the flag."""
    enrolment = agent()
    pictures = tuple(jpeg(pixels) for pixels in clip("grid_b")[:8])
    pool = VisionPool(1, lambda _agent_id: _enrolment(enrolment))
    await pool.start()
    platform = ScriptedPlatform((account("ann"), account("lee")), time.time)
    policy = POLICY.model_copy(update={"stills": StillsRule(enabled=allowed, room=True)})
    office = Office(tmp_path, platform, policy=policy, eyes=pool, artist=pool)
    try:
        async with office.open() as service:
            office.show_pictures(pictures)
            await until(lambda: bool(platform.flags), timeout_s=60.0)
            evidence = EvidenceStore(service.store, FileKeyRing("test", bytes(32)), time.time)
            stills = await _stills(evidence, service.store) if allowed else ()
            shown = [await _view(evidence, still, policy) for still in stills]
    finally:
        await pool.aclose()
    left = _left(tmp_path)
    for secret in (*_of_pictures((*pictures, *shown)), *_of_template(enrolment)):
        assert not any(secret in content for content in left.values())
    assert not any(_START_OF_JPEG in content for content in left.values())
    assert [path for path in written if Path(path).is_absolute() and tmp_path not in Path(path).parents] == []
    assert len(shown) == allowed
    assert not any(models().faces.detect(decode_bytes(picture).pixels) for picture in shown)


async def _stills(evidence: EvidenceStore, store: Store) -> tuple[Still, ...]:
    async with asyncio.timeout(30):
        while not (found := await evidence.find()):  # noqa: ASYNC110  (the database has no event)
            await asyncio.sleep(0.05)
    assert [row.kind for row in await store.ledger_page(0)].count("still_kept") == 1
    return found


async def _view(evidence: EvidenceStore, still: Still, policy: SitePolicy) -> bytes:
    town = await load_directory(evidence._store)
    return await evidence.view(still.still_id, "lee", ViewReason.REVIEW, town, lambda _agent_id: policy)


def _left(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def _enrolment(enrolment: Enrolment) -> Enrolment:
    return enrolment


def _found(office: Office, what: str) -> bool:
    return any(one.kind == "finding" and one.data["what"] == what for _, one in office.records)


def _of_pictures(pictures: tuple[bytes, ...]) -> Iterator[bytes]:
    """Pieces of the files, of the pixels and of the small grey copies that the pipeline remembers."""
    for picture in pictures:
        middle = len(picture) // 2
        yield picture[middle : middle + WINDOW]
        pixels = decode_bytes(picture).pixels
        small = thumbnail(pixels)
        yield pixels[240, 300 : 300 + WINDOW // 3].tobytes()
        yield small.area[1500 : 1500 + WINDOW]
        yield small.samples[1500 : 1500 + WINDOW]


def _of_template(enrolment: Enrolment) -> Iterator[bytes]:
    for kind in (np.float32, np.float64):
        yield np.asarray(enrolment.template[:3], kind).tobytes()
    yield str(enrolment.template[0]).encode()
