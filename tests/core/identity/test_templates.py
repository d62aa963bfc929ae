"""Promise 11 and the ground of promise 2: no template without consent, none readable without its key."""

import asyncio
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity import (
    Consent,
    ConsentError,
    FileKeyRing,
    KeyDestroyedError,
    KeyRingError,
    PersonKeys,
    Template,
    TemplateError,
    Templates,
    consent_of,
    load_directory,
    record_consent,
    withdraw_consent,
)
from atdesk_core.identity.keys import seal, unseal
from atdesk_core.store import LedgerEntry, Store
from tests.core.identity.town import confirmed, fill

VECTOR = tuple(float(n) / 7 for n in range(128))
ANA = Template("ana", "enc1", VECTOR)
GIVEN = Consent("c1", "ana", "v3", "es", "a scheduled call", 10.0)
LOG = LedgerEntry(11.0, "madrid", "ref", "consent", "{}")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "atdesk.keys"


@pytest.fixture
async def templates(store: Store, key_file: Path) -> Templates:
    await fill(store)
    return Templates(store, PersonKeys(store, FileKeyRing.create(key_file)))


async def test_a_template_comes_back_as_it_was(store: Store, templates: Templates) -> None:
    await record_consent(store, GIVEN)
    await templates.save(ANA, 20.0, await confirmed(store, "ana", 20.0))
    assert await templates.load("ana", "enc1") == ANA
    assert await templates.load("ana", "enc2") is None
    assert await templates.load("bo", "enc1") is None
    town = await load_directory(store)
    assert (town.has_consent("ana"), town.is_enrolled("ana")) == (True, True)


async def test_enrolling_again_takes_a_new_key(store: Store, templates: Templates) -> None:
    async def keys(connection: AsyncConnection) -> object:
        return await connection.scalar(text("SELECT wrapped FROM person_keys WHERE agent_id='ana'"))

    await record_consent(store, GIVEN)
    await templates.save(ANA, 20.0, await confirmed(store, "ana", 20.0))
    first = await store.run(keys)
    await templates.save(Template("ana", "enc1", (1.0,)), 30.0, await confirmed(store, "ana", 30.0))
    assert await store.run(keys) != first
    assert await templates.load("ana", "enc1") == Template("ana", "enc1", (1.0,))


async def test_without_consent_nothing_is_kept(store: Store, templates: Templates) -> None:
    with pytest.raises(TemplateError, match="atdesk consent record ana --text-version"):
        await templates.save(ANA, 20.0, await confirmed(store, "ana", 20.0))
    assert await templates.load("ana", "enc1") is None


@pytest.mark.parametrize("state", ["given", "withdrawn"])
async def test_the_database_itself_takes_no_template_without_a_consent_that_stands(
    store: Store, templates: Templates, state: str
) -> None:
    await record_consent(store, GIVEN)
    await templates.save(ANA, 20.0, await confirmed(store, "ana", 20.0))
    await withdraw_consent(store, "ana", 30.0)

    async def sneak(connection: AsyncConnection) -> None:
        await connection.execute(text("INSERT INTO person_keys VALUES ('ana', x'00', 'k', 1)"))
        columns = (
            "(agent_id, encoder, sealed, created_at, consent_id, consent_state, source, confirmation_id)"
        )
        values = f"('ana', 'enc1', x'00', 1, 'c1', '{state}', 'confirmed', 'k1')"
        confirmation = "INSERT INTO enrol_confirmations VALUES ('k1', 'ana', 'confirmed', 1)"
        await connection.execute(text(confirmation))
        await connection.execute(text(f"INSERT INTO templates {columns} VALUES {values}"))  # noqa: S608

    with pytest.raises(IntegrityError):
        await store.run(sneak)


async def test_a_consent_cannot_be_withdrawn_behind_a_template(store: Store, templates: Templates) -> None:
    await record_consent(store, GIVEN)
    await templates.save(ANA, 20.0, await confirmed(store, "ana", 20.0))
    sneak = text("UPDATE consents SET state='withdrawn', withdrawn_at=1")
    with pytest.raises(IntegrityError):
        await store.run(lambda connection: connection.execute(sneak))


async def test_withdrawing_destroys_template_and_key_and_is_logged(
    store: Store, templates: Templates, path: Path
) -> None:
    async def kept(connection: AsyncConnection) -> tuple[bytes, bytes]:
        row = await connection.execute(text("SELECT sealed, wrapped FROM templates NATURAL JOIN person_keys"))
        sealed, wrapped = row.one()
        return bytes(sealed), bytes(wrapped)

    await record_consent(store, GIVEN)
    await templates.save(ANA, 20.0, await confirmed(store, "ana", 20.0))
    secrets = await store.run(kept)
    assert (await withdraw_consent(store, "ana", 30.0, [LOG])).consent_id == "c1"
    assert await templates.load("ana", "enc1") is None
    town = await load_directory(store)
    assert (town.has_consent("ana"), town.is_enrolled("ana")) == (False, False)
    assert [row.kind for row in await store.ledger_page(0)] == ["consent"]
    assert not any(secret in _on_disk(path) for secret in secrets)


async def test_a_destroyed_key_makes_a_copied_template_unreadable(store: Store, templates: Templates) -> None:
    """A copy of the row (a backup) is of no use: the key was the only one."""
    await record_consent(store, GIVEN)
    await templates.save(ANA, 20.0, await confirmed(store, "ana", 20.0))

    async def copied_back(connection: AsyncConnection) -> None:
        row = (await connection.execute(text("SELECT sealed, confirmation_id FROM templates"))).one()
        await connection.execute(text("DELETE FROM templates"))
        await connection.execute(text("DELETE FROM person_keys"))
        await connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        await connection.execute(
            text("INSERT INTO person_keys VALUES ('ana', x'000102030405060708090a0b0c', :name, 1)"),
            {"name": (await _ring_name(store))},
        )
        await connection.execute(
            text(
                "INSERT INTO templates VALUES ('ana', 'enc1', :sealed, 1, 'c1', 'given', 'confirmed', :its)"
            ),
            {"sealed": row.sealed, "its": row.confirmation_id},
        )

    await store.run(copied_back)
    with pytest.raises(KeyRingError, match="the key of ana is damaged"):
        await templates.load("ana", "enc1")


async def test_a_person_without_a_key_is_said_to_have_none(store: Store, key_file: Path) -> None:
    with pytest.raises(KeyDestroyedError, match="ana has no key"):
        await PersonKeys(store, FileKeyRing.create(key_file)).key_of("ana")


async def test_a_template_moved_to_another_encoder_is_not_read(store: Store, templates: Templates) -> None:
    await record_consent(store, GIVEN)
    await templates.save(ANA, 20.0, await confirmed(store, "ana", 20.0))
    await store.run(lambda connection: connection.execute(text("UPDATE templates SET encoder='enc2'")))
    with pytest.raises(TemplateError, match="the template of ana is damaged"):
        await templates.load("ana", "enc2")


async def test_another_key_file_is_told_apart(store: Store, templates: Templates, tmp_path: Path) -> None:
    await record_consent(store, GIVEN)
    await templates.save(ANA, 20.0, await confirmed(store, "ana", 20.0))
    other = Templates(store, PersonKeys(store, FileKeyRing.create(tmp_path / "other.keys")))
    with pytest.raises(KeyRingError, match="is it the right key file"):
        await other.load("ana", "enc1")


async def test_a_lost_key_file_is_not_silently_replaced(
    store: Store, templates: Templates, key_file: Path
) -> None:
    await record_consent(store, GIVEN)
    await templates.save(ANA, 20.0, await confirmed(store, "ana", 20.0))
    os.unlink(key_file)
    with pytest.raises(KeyRingError, match="restore it from your backup"):
        await FileKeyRing.for_store(key_file, store)


async def test_a_key_file_is_made_where_nothing_depends_on_one(store: Store, key_file: Path) -> None:
    made = await FileKeyRing.for_store(key_file, store)
    assert (await FileKeyRing.for_store(key_file, store)).name == made.name


def test_a_key_file_is_its_owners_alone(key_file: Path) -> None:
    FileKeyRing.create(key_file)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    with pytest.raises(KeyRingError, match="never overwritten"):
        FileKeyRing.create(key_file)
    key_file.chmod(0o644)
    with pytest.raises(KeyRingError, match="chmod 600"):
        FileKeyRing.open(key_file)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"name": "k", "key_encryption_key": "!"}',
        '{"name": "k", "key_encryption_key": "AAAA"}',
    ],
)
def test_a_damaged_key_file_is_told(key_file: Path, content: str) -> None:
    key_file.touch(mode=0o600)
    key_file.write_text(content)
    with pytest.raises(KeyRingError, match="is damaged: restore it"):
        FileKeyRing.open(key_file)


def test_a_key_is_wrapped_for_one_person(key_file: Path) -> None:
    ring = FileKeyRing.create(key_file)
    wrapped = asyncio.run(ring.wrap(b"k" * 32, "ana"))
    assert asyncio.run(ring.unwrap(wrapped, "ana")) == b"k" * 32
    with pytest.raises(KeyRingError, match="key of bo is damaged"):
        asyncio.run(ring.unwrap(wrapped, "bo"))


@given(st.binary(max_size=64), st.text(max_size=20))
def test_what_is_sealed_is_unsealed_and_never_twice_alike(plain: bytes, about: str) -> None:
    key = b"k" * 32
    sealed = seal(key, plain, about)
    assert unseal(key, sealed, about) == plain
    assert seal(key, plain, about) != sealed


async def test_one_consent_stands_at_a_time(store: Store) -> None:
    await fill(store)
    await record_consent(store, GIVEN)
    with pytest.raises(ConsentError, match="to text v3 is on record already"):
        await record_consent(store, Consent("c2", "ana", "v4", "es", "a call", 20.0))
    await withdraw_consent(store, "ana", 30.0)
    await record_consent(store, Consent("c2", "ana", "v4", "es", "a call", 40.0))
    standing = await consent_of(store, "ana")
    assert standing is not None
    assert (standing.consent_id, standing.withdrawn_at) == ("c2", None)


async def test_what_is_no_consent_is_refused(store: Store) -> None:
    await fill(store)
    with pytest.raises(ConsentError, match="the alternative that was offered"):
        await record_consent(store, Consent("c1", "ana", "v3", "es", " ", 10.0))
    with pytest.raises(ConsentError, match="nobody in the directory has the id ghost"):
        await record_consent(store, Consent("c1", "ghost", "v3", "es", "a call", 10.0))
    with pytest.raises(ConsentError, match="nothing to withdraw"):
        await withdraw_consent(store, "ana", 10.0)


def _on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


async def _ring_name(store: Store) -> str:
    async with store.reading() as connection:
        name = await connection.scalar(text("SELECT wrapped_by FROM person_keys"))
    return str(name)
