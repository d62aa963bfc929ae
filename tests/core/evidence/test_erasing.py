"""Promise 11: erasing destroys the keys, proves it, and gives a receipt that anybody can verify."""

import asyncio
import base64
import contextlib
import dataclasses
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text

from atdesk_core.evidence import (
    Erased,
    EvidenceStore,
    HoldReason,
    NotErasedError,
    Order,
    StillError,
    ViewReason,
    erase,
)
from atdesk_core.evidence.erasure import hashed
from atdesk_core.identity import (
    FileKeyRing,
    KeyRingError,
    SignatureError,
    Signed,
    Signer,
    load_directory,
    verify,
)
from atdesk_core.store import Store
from tests.core.evidence.case import AT, DAY_S, JPEG, POLICY, TEMPLATE, Case, policy_of

ORDER = Order("ana", "Ines Gil", AT)
_WRAPPED = 12 + 32 + 16
"""Length of a wrapped key: nonce, key, tag."""


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.create(tmp_path / "atdesk.sign.key")


def _parsed(erased: Erased) -> Any:
    """The receipt as whoever gets it reads it."""
    return json.loads(erased.receipt.as_json())["document"]


async def _erase(case: Case, signer: Signer, order: Order = ORDER) -> Erased:
    return await erase(case.store, case.ring, signer, order, case.path)


@dataclasses.dataclass(frozen=True)
class Pieces:
    """What an attacker may have copied out of the database before."""

    template: bytes
    template_key: bytes
    pictures: tuple[bytes, ...]
    item_keys: tuple[bytes, ...]
    still_key: bytes

    @property
    def all(self) -> tuple[bytes, ...]:
        return (self.template, self.template_key, self.still_key, *self.pictures, *self.item_keys)


def _pieces(path: Path) -> Pieces:
    with sqlite3.connect(path) as connection:
        one = connection.execute("SELECT sealed, wrapped FROM templates NATURAL JOIN person_keys").fetchone()
        kept = connection.execute("SELECT sealed, item_key FROM stills").fetchall()
        (key,) = connection.execute("SELECT wrapped FROM still_keys").fetchone()
    connection.close()
    pictures, item_keys = tuple(row[0] for row in kept), tuple(row[1] for row in kept)
    return Pieces(one[0], one[1], pictures, item_keys, key)


async def test_after_erasure_neither_template_nor_still_comes_back_with_the_key_file(
    case: Case, signer: Signer
) -> None:
    """Every stretch of the files that is as long as a wrapped key is tried with the key file."""
    await case.still("s1", "FLAG01")
    await case.still("s2", "FLAG02")
    before = _pieces(case.path)
    assert _keys_in(case.on_disk(), case.ring) == 2, "no key was found before, so nothing is proved"
    await _erase(case, signer)
    left = case.on_disk()
    assert not any(piece in left for piece in before.all)
    assert _keys_in(left, case.ring) == 0


def _keys_in(content: bytes, ring: FileKeyRing) -> int:
    """How many keys of Ana's the key file unwraps, wherever they lie."""
    wrapping, about = AESGCM(ring._key), b'["atdesk.person-key", "ana"]'
    found: set[bytes] = set()
    for place in range(len(content) - _WRAPPED):
        piece = content[place : place + _WRAPPED]
        with contextlib.suppress(InvalidTag):
            found.add(wrapping.decrypt(piece[:12], piece[12:], about))
    return len(found)


async def test_if_a_key_stays_there_is_no_receipt(case: Case, signer: Signer) -> None:
    """Somebody's trigger puts the key back: the proof finds that the still opens."""
    await case.still()
    keep = (
        "CREATE TRIGGER keep AFTER DELETE ON still_keys BEGIN "
        "INSERT INTO still_keys VALUES (OLD.agent_id, OLD.wrapped, OLD.wrapped_by, OLD.created_at); END"
    )
    await case.store.run(lambda connection: connection.execute(text(keep)))
    with pytest.raises(NotErasedError, match="1 of the things that were erased can still be opened"):
        await _erase(case, signer)
    assert [row["what"] for row in await case.rows("erasure")] == ["erased"]


async def test_if_bytes_stay_there_is_no_receipt(case: Case, signer: Signer) -> None:
    """A copy of the sealed picture somewhere else in the file is found."""
    await case.still()
    copy = "CREATE TABLE copy AS SELECT sealed FROM stills"
    await case.store.run(lambda connection: connection.execute(text(copy)))
    with pytest.raises(NotErasedError, match=r"still lies in atdesk\.db"):
        await _erase(case, signer)


async def test_the_receipt_is_verified_and_says_what_was_done(case: Case, signer: Signer) -> None:
    await case.still("s1", "FLAG01")
    await case.still("s2", "FLAG02")
    town = await case.town()
    erased = await _erase(case, signer)
    receipt = Signed.parse(erased.receipt.as_json())
    verify(receipt, signer.public_pem)
    says = receipt.document
    salt = str(says["salt"])
    assert (says["kind"], says["by"], says["site"]) == ("atdesk.erasure-receipt", "Ines Gil", "madrid")
    assert says["agent"] == hashed(salt, "ana")
    assert says["agent_in_log"] == hashed(salt, town.agent_ref("ana") or "")
    assert says["destroyed"] == {
        "templates": 1,
        "stills": [hashed(salt, "s1"), hashed(salt, "s2")],
        "keys": 2,
    }
    assert says["held"] == []
    proof = says["proof"]
    assert isinstance(proof, dict)
    assert (proof["opened_before"], proof["opened_after"]) == (3, 0)
    assert proof["bytes_searched"] >= case.path.stat().st_size
    with pytest.raises(SignatureError, match="altered"):
        verify(dataclasses.replace(receipt, document=dict(says) | {"by": "Nobody"}), signer.public_pem)
    assert "ana" not in receipt.as_json().replace("Ines Gil", "")


async def test_the_log_points_to_the_receipt_and_the_receipt_to_the_log(case: Case, signer: Signer) -> None:
    await case.still()
    erased = await _erase(case, signer)
    place = erased.receipt.document["ledger"]
    assert isinstance(place, dict)
    log = {row.seq: row for row in await case.log()}
    assert (log[place["seq"]].kind, log[place["seq"]].hash) == ("erasure", place["hash"])
    done, proved = await case.rows("erasure")
    assert (done["stills"], done["templates"]) == (1, 1)
    assert (proved["what"], proved["key_id"]) == ("proved", signer.key_id)
    assert [row["why"] for row in await case.rows("still_purged")] == ["erased"]


async def test_the_log_outlives_the_person_and_holds_no_name(case: Case, signer: Signer) -> None:
    await case.still()
    reference = (await case.town()).agent_ref("ana")
    await _erase(case, signer)
    assert reference in {row.agent_ref for row in await case.log()}
    content = "".join(row.data for row in await case.log())
    assert not any(name in content for name in ("ana", "Ana", "Ines", "Gil"))


async def test_consent_ends_with_it_so_that_nobody_looks(case: Case, signer: Signer) -> None:
    await _erase(case, signer)
    town = await load_directory(case.store)
    assert (town.has_consent("ana"), town.is_enrolled("ana")) == (False, False)


async def test_a_still_that_is_on_its_way_while_the_agent_is_erased_is_not_kept(
    case: Case, signer: Signer
) -> None:
    await case.flag("FLAG01")
    taken = dataclasses.replace(case.taken(), needs_consent=False)
    case.now += 1.0
    await _erase(case, signer, dataclasses.replace(ORDER, at=case.now))
    assert await case.evidence.keep(taken, JPEG, 0, lambda: None) == "erased"


async def test_erasing_twice_is_fine(case: Case, signer: Signer) -> None:
    await _erase(case, signer)
    again = await _erase(case, signer)
    assert (again.destroyed.templates, again.destroyed.keys, again.destroyed.stills) == (0, 0, ())


async def test_nobody_cannot_be_erased(case: Case, signer: Signer) -> None:
    with pytest.raises(StillError, match="nobody in the directory has the id ann"):
        await _erase(case, signer, Order("ann", "Ines Gil", AT))


async def test_others_keep_what_is_theirs(case: Case, signer: Signer) -> None:
    await case.still("s1")
    await case.flag("FLAG02")
    of_bo = dataclasses.replace(case.taken("s2", "FLAG02", "bo"), needs_consent=False)
    assert await case.evidence.keep(of_bo, JPEG, 0, lambda: None) is None
    await _erase(case, signer)
    view = case.evidence.view("s2", "sol", ViewReason.REVIEW, await case.town(), policy_of)
    assert await view == JPEG


# --- what a dispute holds ---


async def _with_a_dispute(case: Case) -> None:
    await case.still("s1", "FLAG01")
    await case.still("s2", "FLAG02")
    await case.flag("FLAG02", "disputed")
    await case.holds.hold("s2", AT + 3 * DAY_S, "ref_luz", HoldReason.DISPUTE, POLICY)


async def test_a_dispute_holds_that_still_alone_and_under_a_new_key(case: Case, signer: Signer) -> None:
    await _with_a_dispute(case)
    before = _pieces(case.path)
    erased = await _erase(case, signer)
    assert [one.still_id for one in erased.destroyed.held] == ["s2"]
    assert [one.still_id for one in await case.evidence.find()] == ["s2"]
    view = case.evidence.view("s2", "luz", ViewReason.DISPUTE, await case.town(), policy_of)
    assert await view == JPEG
    assert before.still_key not in case.on_disk()
    assert [one["until"] for one in _parsed(erased)["held"]] == [AT + 3 * DAY_S]
    assert erased.receipt.document["held_then"] == "kept_to_its_time"


async def test_after_holds_it_goes_as_soon_as_nothing_holds_it(case: Case, signer: Signer) -> None:
    await _with_a_dispute(case)
    await _erase(case, signer, dataclasses.replace(ORDER, after_holds=True))
    assert await case.evidence.purge() == ()
    case.now = AT + 3 * DAY_S
    assert [one.still_id for one in await case.evidence.purge()] == ["s2"]
    async with case.store.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM still_keys")) == 0


# --- keys that are lost or wrong ---


async def test_without_the_key_file_everything_else_is_still_destroyed(case: Case, signer: Signer) -> None:
    await case.still()
    before = _pieces(case.path)
    erased = await erase(case.store, None, signer, ORDER, case.path)
    assert erased.destroyed.keys == 2
    assert _parsed(erased)["proof"]["opened_before"] == 0
    assert not any(piece in case.on_disk() for piece in before.all)


async def test_without_the_key_file_what_is_held_stops_it(case: Case, signer: Signer) -> None:
    await _with_a_dispute(case)
    with pytest.raises(StillError, match="cannot be kept without the key file"):
        await erase(case.store, None, signer, ORDER, case.path)
    assert len(await case.evidence.find()) == 2
    assert (await case.town()).is_enrolled("ana")


async def test_with_the_wrong_key_file_nothing_is_destroyed(case: Case, signer: Signer) -> None:
    """Its proof would prove nothing."""
    await case.still()
    wrong = FileKeyRing.create(case.key_file.with_name("wrong.keys"))
    with pytest.raises(KeyRingError, match="is it the right key file"):
        await erase(case.store, wrong, signer, ORDER, case.path)
    assert len(await case.evidence.find()) == 1


async def test_the_service_names_a_missing_and_a_wrong_key_file(case: Case) -> None:
    await case.still()
    kept = case.key_file.read_bytes()
    case.key_file.unlink()
    with pytest.raises(KeyRingError, match=r"No such file.*restore it from your backup"):
        await FileKeyRing.for_store(case.key_file, case.store)
    other = FileKeyRing.create(case.key_file)
    with pytest.raises(KeyRingError, match=f"is {other.name}, but .* wrapped by {case.ring.name}"):
        await FileKeyRing.for_store(case.key_file, case.store)
    case.key_file.write_bytes(kept.replace(b'"key_encryption_key": "', b'"key_encryption_key": "AAAA', 1))
    with pytest.raises(KeyRingError, match="damaged"):
        await FileKeyRing.for_store(case.key_file, case.store)
    case.key_file.write_bytes(_with_key_of(kept, os.urandom(32)))
    with pytest.raises(KeyRingError, match="is damaged"):
        await FileKeyRing.for_store(case.key_file, case.store)


def _with_key_of(content: bytes, key: bytes) -> bytes:
    """The same key file, under the same name, with another key in it."""
    parsed = json.loads(content) | {"key_encryption_key": base64.b64encode(key).decode()}
    return json.dumps(parsed).encode()


async def test_the_backup_of_the_key_file_brings_everything_back(case: Case) -> None:
    """A restored backup of the key file reads what was sealed before the loss."""
    await case.still()
    backup = case.key_file.read_bytes()
    case.key_file.unlink()
    case.key_file.write_bytes(backup)
    case.key_file.chmod(0o600)
    ring = await FileKeyRing.for_store(case.key_file, case.store)
    evidence = EvidenceStore(case.store, ring, lambda: case.now)
    assert await evidence.view("s1", "luz", ViewReason.REVIEW, await case.town(), policy_of) == JPEG
    assert await case.templates.load("ana", "enc1") == TEMPLATE


async def test_another_process_that_reads_delays_the_proof_and_does_not_break_it(
    case: Case, signer: Signer
) -> None:
    await case.still()
    async with await Store.open(case.path) as other:

        async def read_for_a_moment() -> None:
            async with other.reading() as connection:
                await connection.execute(text("SELECT count(*) FROM stills"))
                await asyncio.sleep(0.3)

        reading = asyncio.create_task(read_for_a_moment())
        await asyncio.sleep(0.05)
        erased = await _erase(case, signer)
        await reading
    assert erased.destroyed.keys == 2
