"""`attest-off`: signed only when the whole log, verified, says that no frame was opened."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from atdesk_core.evidence import NotAttestedError, Period, attest_off
from atdesk_core.identity import Signed, Signer, verify
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.ledger.schema import ENROLMENT_LOOK
from atdesk_core.store import Store, Unit

START, END, NOW = 10_000.0, 20_000.0, 30_000.0
PERIOD = Period("madrid", START, END)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.create(tmp_path / "atdesk.sign.key")


async def _row(store: Store, at: float, kind: LedgerKind, site: str = "madrid", **data: Any) -> None:
    await store.commit(Unit(ledger=(entry(kind, at, site, "ref1", data),)))


async def _opened(store: Store, at: float, look: str = "look-ref1-1", site: str = "madrid") -> None:
    await _row(store, at, LedgerKind.LOOK_OPENED, site, look_id=look, reason="watch", policy="1a2b3c4d")


async def _ended(store: Store, at: float, look: str = "look-ref1-1") -> None:
    await _row(store, at, LedgerKind.LOOK_ENDED, look_id=look, frames=2, why="complete")


async def _begun(store: Store) -> None:
    """The log is older than the period."""
    await _row(store, 1_000.0, LedgerKind.STOP_ALL, what="ordered")


async def test_a_quiet_period_is_signed_and_names_the_log(store: Store, signer: Signer) -> None:
    await _begun(store)
    await _opened(store, 5_000.0)
    await _ended(store, 5_005.0)
    await _opened(store, END, "look-ref1-2")
    signed = Signed.parse((await attest_off(store, signer, PERIOD, NOW)).as_json())
    verify(signed, signer.public_pem)
    log = await store.ledger_page(0)
    assert signed.document["ledger"] == {"rows_verified": 4, "last_hash": log[-1].hash}
    assert (signed.document["from_utc"], signed.document["site"]) == ("1970-01-01T02:46:40+00:00", "madrid")


@pytest.mark.parametrize("at", [START, 15_000.0, END - 0.001])
async def test_one_look_in_the_period_is_one_too_many(store: Store, signer: Signer, at: float) -> None:
    await _begun(store)
    await _opened(store, at)
    with pytest.raises(NotAttestedError, match="a look was open at"):
        await attest_off(store, signer, PERIOD, NOW)


async def test_a_look_at_another_site_is_none_of_this_one(store: Store, signer: Signer) -> None:
    await _begun(store)
    await _opened(store, 15_000.0, site="lima")
    await attest_off(store, signer, PERIOD, NOW)


async def test_a_look_of_which_the_site_is_not_known_counts(store: Store, signer: Signer) -> None:
    await _begun(store)
    await _opened(store, 15_000.0, site="")
    with pytest.raises(NotAttestedError, match="a look was open"):
        await attest_off(store, signer, PERIOD, NOW)


async def test_a_look_that_is_open_when_the_period_begins_counts(store: Store, signer: Signer) -> None:
    await _begun(store)
    await _opened(store, START - 1)
    with pytest.raises(NotAttestedError, match="was open when the period began"):
        await attest_off(store, signer, PERIOD, NOW)
    await _ended(store, START + 1)
    with pytest.raises(NotAttestedError, match="a look was open at 1970-01-01T02:46:41"):
        await attest_off(store, signer, PERIOD, NOW)


async def test_a_look_whose_end_was_never_written_is_over_after_an_hour(store: Store, signer: Signer) -> None:
    await _begun(store)
    await _opened(store, START - 3_601.0)
    await attest_off(store, signer, PERIOD, NOW)


async def test_a_frame_that_came_late_counts(store: Store, signer: Signer) -> None:
    await _begun(store)
    await _row(store, START + 1, LedgerKind.DROPPED, look_id="look-ref1-1")
    with pytest.raises(NotAttestedError, match="a look was open"):
        await attest_off(store, signer, PERIOD, NOW)


async def test_a_template_that_was_made_in_the_period_counts(store: Store, signer: Signer) -> None:
    await _begun(store)
    await _row(store, 15_000.0, LedgerKind.ENROLMENT, photos=3, how="own_session")
    with pytest.raises(NotAttestedError, match="a template was made at 1970-01-01T04:10:00"):
        await attest_off(store, signer, PERIOD, NOW)


async def test_a_template_that_was_made_before_the_period_or_after_it_does_not(
    store: Store, signer: Signer
) -> None:
    await _begun(store)
    for at in (START - 1, END):
        await _row(store, at, LedgerKind.ENROLMENT, photos=3)
    await attest_off(store, signer, PERIOD, NOW)


@pytest.mark.parametrize("reason", ["self_test", ENROLMENT_LOOK])
async def test_pictures_that_an_agent_showed_for_the_agents_own_eyes_count(
    store: Store, signer: Signer, reason: str
) -> None:
    await _begun(store)
    await _row(store, 15_000.0, LedgerKind.LOOK_OPENED, look_id="own-1", reason=reason, policy="1a2b3c4d")
    with pytest.raises(NotAttestedError, match="a look was open at"):
        await attest_off(store, signer, PERIOD, NOW)


async def test_guidance_that_began_before_the_period_and_goes_on_in_it_counts(
    store: Store, signer: Signer
) -> None:
    await _begun(store)
    await _row(
        store, START - 5, LedgerKind.LOOK_OPENED, look_id="enrol-1", reason=ENROLMENT_LOOK, policy="1a2b3c4d"
    )
    with pytest.raises(NotAttestedError, match="was open when the period began"):
        await attest_off(store, signer, PERIOD, NOW)


async def test_a_clock_that_jumped_makes_times_worthless(store: Store, signer: Signer) -> None:
    await _begun(store)
    await _row(store, START + 1, LedgerKind.CLOCK_JUMPED, jump_s=-3600.0)
    with pytest.raises(NotAttestedError, match="the clock jumped"):
        await attest_off(store, signer, PERIOD, NOW)


async def test_a_log_that_is_younger_or_empty_does_not_cover_it(store: Store, signer: Signer) -> None:
    with pytest.raises(NotAttestedError, match="does not cover the period: it is empty"):
        await attest_off(store, signer, PERIOD, NOW)
    await _row(store, START + 1, LedgerKind.STOP_ALL, what="ordered")
    with pytest.raises(NotAttestedError, match="it begins at 1970-01-01T02:46:41"):
        await attest_off(store, signer, PERIOD, NOW)


@pytest.mark.parametrize(
    "meddling",
    [
        "DELETE FROM ledger WHERE kind = 'look_opened'",
        "UPDATE ledger SET at = 5000 WHERE kind = 'look_opened'",
        "UPDATE ledger SET site = 'lima' WHERE kind = 'look_opened'",
        "UPDATE ledger SET kind = 'look_skipped' WHERE kind = 'look_opened'",
    ],
)
async def test_a_look_that_was_taken_out_of_the_log_is_no_quiet_period(
    store: Store, signer: Signer, meddling: str
) -> None:
    await _begun(store)
    await _opened(store, 15_000.0)
    await _row(store, 25_000.0, LedgerKind.STOP_ALL, what="lifted")
    await store.run(lambda connection: connection.execute(text(meddling)))
    with pytest.raises(NotAttestedError, match="the log is not whole"):
        await attest_off(store, signer, PERIOD, NOW)


@pytest.mark.parametrize("period", [Period("madrid", END, START), Period("madrid", START, NOW + 1)])
async def test_a_period_that_is_none_or_not_over_is_refused(
    store: Store, signer: Signer, period: Period
) -> None:
    await _begun(store)
    with pytest.raises(NotAttestedError, match="begin before it ends, and to be over"):
        await attest_off(store, signer, period, NOW)


async def test_the_statement_holds_no_name(store: Store, signer: Signer) -> None:
    await _begun(store)
    signed = await attest_off(store, signer, PERIOD, NOW)
    assert "ref1" not in json.dumps(dict(signed.document))
