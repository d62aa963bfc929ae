"""Promise 4: what reaches the disk of a picture is sealed, opened by name, logged first, and gone in time."""

import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from atdesk_core.evidence import EvidenceStore, NoStill, StillError, Taken, ViewReason
from atdesk_core.evidence.sealing import open_still, seal_still, under_new_key
from atdesk_core.identity import FileKeyRing, KeyRingError, withdraw_consent
from tests.core.evidence.case import AT, JPEG, LIFE_S, TEMPLATE, Case, nothing_against, policy_of
from tests.core.identity.town import confirmed

KEY, OTHER = b"k" * 32, b"o" * 32
ABOUT = ("s1", "ana", "FLAG01")


# --- the envelope ---


def test_a_sealed_picture_opens_with_its_persons_key_alone() -> None:
    sealed = seal_still(KEY, JPEG, ABOUT)
    assert open_still(KEY, sealed, ABOUT) == JPEG
    with pytest.raises(StillError, match="still s1 is damaged"):
        open_still(OTHER, sealed, ABOUT)


@pytest.mark.parametrize("about", [("s2", "ana", "FLAG01"), ("s1", "bo", "FLAG01"), ("s1", "ana", "FLAG02")])
def test_it_opens_for_no_other_still_agent_or_flag(about: tuple[str, str, str]) -> None:
    with pytest.raises(StillError):
        open_still(KEY, seal_still(KEY, JPEG, ABOUT), about)


def test_each_still_has_a_key_of_its_own() -> None:
    first, second = seal_still(KEY, JPEG, ABOUT), seal_still(KEY, JPEG, ABOUT)
    with pytest.raises(StillError):
        open_still(KEY, replace(first, item_key=second.item_key), ABOUT)
    assert JPEG[:24] not in first.picture


def test_altered_bytes_do_not_open() -> None:
    sealed = seal_still(KEY, JPEG, ABOUT)
    for bad in (sealed.picture[:-1] + b"x", sealed.picture[:5], b""):
        with pytest.raises(StillError):
            open_still(KEY, replace(sealed, picture=bad), ABOUT)


def test_under_a_renewed_key_the_old_one_opens_nothing() -> None:
    sealed = seal_still(KEY, JPEG, ABOUT)
    renewed = replace(sealed, item_key=under_new_key(KEY, OTHER, sealed.item_key, ABOUT))
    assert open_still(OTHER, renewed, ABOUT) == JPEG
    with pytest.raises(StillError):
        open_still(KEY, renewed, ABOUT)


# --- kept ---


async def test_what_is_kept_is_sealed_and_the_log_holds_its_hash(case: Case) -> None:
    await case.still()
    (row,) = await case.rows("still_kept")
    async with case.store.reading() as connection:
        sealed = await connection.scalar(text("SELECT sealed FROM stills"))
    assert row["sha256"] == hashlib.sha256(sealed or b"").hexdigest()
    assert (row["number"], row["expires_at"], row["look_id"]) == ("FLAG01", AT + LIFE_S, "look-ref1-7")
    assert row["whose"] == (await case.town()).agent_ref("ana")
    assert JPEG[:24] not in case.on_disk()


async def test_without_the_flag_on_the_disk_there_is_no_still(case: Case) -> None:
    assert await case.evidence.keep(case.taken(), JPEG, 0, nothing_against) is NoStill.FLAG_GONE
    assert await case.evidence.find() == ()


async def test_a_consent_that_was_withdrawn_meanwhile_means_no_still(case: Case) -> None:
    await case.flag("FLAG01")
    await withdraw_consent(case.store, "ana", case.now)
    assert await case.evidence.keep(case.taken(), JPEG, 0, nothing_against) is NoStill.NO_CONSENT
    without = replace(case.taken(), needs_consent=False)
    assert await case.evidence.keep(without, JPEG, 0, nothing_against) is None


async def test_somebody_who_has_left_gets_no_still(case: Case) -> None:
    await case.flag("FLAG01")
    nobody = replace(case.taken(), agent_id="gone")
    assert await case.evidence.keep(nobody, JPEG, 0, nothing_against) is NoStill.ERASED


async def test_a_pause_at_the_last_moment_takes_it_all_back(case: Case) -> None:
    await case.flag("FLAG01")
    assert await case.evidence.keep(case.taken(), JPEG, 0, lambda: NoStill.PAUSED) is NoStill.PAUSED
    assert await case.evidence.find() == ()
    assert await case.rows("still_kept") == []
    async with case.store.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM still_keys")) == 0


async def test_why_there_is_none_is_in_the_log(case: Case) -> None:
    await case.evidence.refuse(case.taken(), "face_left")
    (row,) = await case.rows("still_refused")
    assert (row["because"], row["number"]) == ("face_left", "FLAG01")


# --- opened ---


async def _view(case: Case, viewer: str, still_id: str = "s1") -> bytes:
    return await case.evidence.view(still_id, viewer, ViewReason.REVIEW, await case.town(), policy_of)


async def test_the_lead_opens_it_and_the_log_says_who_and_why(case: Case) -> None:
    await case.still()
    assert await _view(case, "luz") == JPEG
    (row,) = await case.rows("still_viewed")
    assert (row["still_id"], row["reason"]) == ("s1", "review")
    assert row["by"] == (await case.town()).agent_ref("luz")


@pytest.mark.parametrize("viewer", ["ana", "bo", "sol", "kim", "nobody"])
async def test_nobody_else_does(case: Case, viewer: str) -> None:
    await case.still()
    with pytest.raises(StillError, match="may not open stills of this agent"):
        await _view(case, viewer)
    assert await case.rows("still_viewed") == []


async def test_without_the_row_in_the_log_there_is_no_view(case: Case) -> None:
    """The database refuses the row, as a full disk would: nothing is given out."""
    await case.still()
    refuse = "CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    await case.store.run(lambda connection: connection.execute(text(refuse)))
    with pytest.raises(IntegrityError, match="disk is full"):
        await _view(case, "luz")


async def test_a_still_that_was_destroyed_while_it_was_opened_is_not_given_out(case: Case) -> None:
    await case.still()
    town = await case.town()

    class Slow(EvidenceStore):
        async def _key_of(self, still: object) -> bytes:
            key = await super()._key_of(still)  # type: ignore[arg-type]  # only passed on
            await withdraw_consent(case.store, "ana", case.now)
            return key

    slow = Slow(case.store, case.ring, lambda: case.now)
    with pytest.raises(StillError, match="there is no still s1"):
        await slow.view("s1", "luz", ViewReason.REVIEW, town, policy_of)


async def test_after_its_time_it_is_not_opened_even_before_it_is_purged(case: Case) -> None:
    await case.still()
    case.now = AT + LIFE_S
    with pytest.raises(StillError, match="time of the still s1 is over"):
        await _view(case, "luz")
    with pytest.raises(StillError, match="there is no still s9"):
        await _view(case, "luz", "s9")


async def test_another_key_file_opens_nothing_and_is_named(case: Case) -> None:
    await case.still()
    other = FileKeyRing.create(case.key_file.with_name("other.keys"))
    evidence = EvidenceStore(case.store, other, lambda: case.now)
    with pytest.raises(KeyRingError, match=f"wrapped by {case.ring.name}.*is it the right key file"):
        await evidence.view("s1", "luz", ViewReason.REVIEW, await case.town(), policy_of)
    with pytest.raises(KeyRingError):
        await evidence.keep(case.taken("s2"), JPEG, 0, nothing_against)


class Kms:
    """What an operator's KMS has to do, and no more."""

    name = "kms-1"

    def __init__(self) -> None:
        self._held: dict[bytes, tuple[bytes, str]] = {}

    async def wrap(self, key: bytes, agent_id: str) -> bytes:
        handle = f"handle-{len(self._held)}".encode()
        self._held[handle] = (key, agent_id)
        return handle

    async def unwrap(self, wrapped: bytes, agent_id: str) -> bytes:
        key, whose = self._held.get(wrapped, (b"", ""))
        if whose != agent_id:
            raise KeyRingError(f"the KMS holds no key of {agent_id} under that handle")
        return key


async def test_a_kms_can_take_the_place_of_the_key_file(case: Case) -> None:
    await case.flag("FLAG01")
    evidence = EvidenceStore(case.store, Kms(), lambda: case.now)
    assert await evidence.keep(case.taken(), JPEG, 0, nothing_against) is None
    town = await case.town()
    assert await evidence.view("s1", "luz", ViewReason.REVIEW, town, policy_of) == JPEG
    forgetful = EvidenceStore(case.store, Kms(), lambda: case.now)
    with pytest.raises(KeyRingError, match="holds no key of ana"):
        await forgetful.view("s1", "luz", ViewReason.REVIEW, town, policy_of)


# --- gone in time ---


async def test_it_is_destroyed_at_its_time_and_leaves_no_bytes(case: Case) -> None:
    await case.still()
    async with case.store.reading() as connection:
        row = (await connection.execute(text("SELECT sealed, item_key FROM stills"))).one()
        key = await connection.scalar(text("SELECT wrapped FROM still_keys"))
    assert await case.evidence.due_in_s() == LIFE_S
    case.now = AT + LIFE_S - 1
    assert await case.evidence.purge() == ()
    case.now = AT + LIFE_S
    assert [one.still_id for one in await case.evidence.purge()] == ["s1"]
    assert await case.evidence.due_in_s() == float("inf")
    left = case.on_disk()
    assert not any(bytes(piece or b"?") in left for piece in (*row, key))
    assert [row["why"] for row in await case.rows("still_purged")] == ["expired"]


async def test_a_shorter_life_reaches_what_is_kept_and_a_longer_one_does_not(case: Case) -> None:
    await case.still()
    for life_s, expires_at in (
        (2 * LIFE_S, AT + LIFE_S),
        (None, AT + LIFE_S),
        (60.0, AT + 60.0),
        (LIFE_S, AT + 60.0),
        (0.0, AT),
    ):
        await case.evidence.shorten({"ana": life_s}.get)
        assert [one.expires_at for one in await case.evidence.find()] == [expires_at]


async def test_the_key_stays_as_long_as_one_still_needs_it(case: Case) -> None:
    await case.still("s1")
    case.now += 100.0
    await case.still("s2", "FLAG02")
    case.now = AT + LIFE_S
    await case.evidence.purge()
    assert await _view(case, "luz", "s2") == JPEG


async def test_enrolling_again_leaves_stills_readable(case: Case) -> None:
    await case.still()
    await case.templates.save(TEMPLATE, case.now, await confirmed(case.store, "ana", case.now))
    assert await _view(case, "luz") == JPEG


async def test_withdrawing_consent_takes_the_stills_too(case: Case) -> None:
    await case.still()
    await withdraw_consent(case.store, "ana", case.now)
    assert await case.evidence.find("ana") == ()
    async with case.store.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM still_keys")) == 0


async def test_stills_of_one_agent_are_found_apart(case: Case) -> None:
    taken: Taken = await case.still()
    assert [one.still_id for one in await case.evidence.find("ana")] == [taken.still_id]
    assert await case.evidence.find("bo") == ()
