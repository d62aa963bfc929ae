"""`atdesk stills`, `erase`, `attest-off`, `verify-receipt`, `public-key` as a person meets them."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from atdesk_core.cli.faults import explain
from atdesk_core.cli.main import app
from atdesk_core.evidence import EvidenceStore, HoldReason, Still
from atdesk_core.identity import FileKeyRing, KeyRingError
from atdesk_core.runtime.config import load_config
from atdesk_core.runtime.live import running
from atdesk_core.store import Store
from tests.core.agreements.typed import Typed
from tests.core.evidence.case import DAY_S, JPEG, POLICY, Case

AGO_S = 1_000.0
"""When the still was taken."""
WITH_STILLS = "[stills]\nenabled = true\n"


class Terminal(Typed):
    """A folder with a configuration, a signed policy, and an agent with a still."""

    def fill(self, more: Callable[[Case], Awaitable[None]] | None = None) -> None:
        async def make() -> None:
            path = self.folder / "atdesk.db"
            async with await Store.open(path) as store:
                case = Case(store, path, self.folder / "atdesk.keys", now=time.time() - AGO_S)
                await case.begin()
                await case.still()
                if more is not None:
                    await more(case)

        asyncio.run(make())
        self.says(WITH_STILLS)
        self.sign()

    def stills(self) -> tuple[Still, ...]:
        async def find() -> tuple[Still, ...]:
            async with await Store.open(self.folder / "atdesk.db") as store:
                ring = FileKeyRing.open(self.folder / "atdesk.keys")
                return await EvidenceStore(store, ring, time.time).find()

        return asyncio.run(find())

    def logged(self, kind: str) -> list[str]:
        """Why, of each row of a kind."""

        async def read() -> list[str]:
            async with await Store.open(self.folder / "atdesk.db") as store:
                page = await store.ledger_page(0)
                return [json.loads(row.data)["why"] for row in page if row.kind == kind]

        return asyncio.run(read())

    def begin(self) -> None:
        """What a start of the service does about the key file."""

        async def begin() -> None:
            async with await Store.open(self.folder / "atdesk.db") as store:
                await FileKeyRing.for_store(self.folder / "atdesk.keys", store)

        asyncio.run(begin())

    def verify(self, *words: str) -> tuple[int, str]:
        """`verify-receipt` needs no configuration: whoever checks has none."""
        result = CliRunner(env={"COLUMNS": "400"}).invoke(app, ["verify-receipt", *words])
        if isinstance(result.exception, Exception):
            return 2, explain(result.exception) or repr(result.exception)
        return result.exit_code, " ".join(result.output.split())


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


async def _disputed(case: Case) -> None:
    await case.flag("FLAG01", "disputed")
    await case.holds.hold("s1", case.now + DAY_S, "ref_luz", HoldReason.DISPUTE, POLICY)


# --- stills ---


def test_stills_are_listed_without_being_opened(terminal: Terminal) -> None:
    terminal.fill()
    status, printed = terminal.type("stills", "list")
    assert status == 0
    assert all(word in printed for word in ("s1", "ana", "FLAG01", "phone"))
    assert terminal.type("stills", "list", "bo") == (0, "No still is kept.")
    assert terminal.type("stills", "list", "ann")[0] == 1


def test_a_lead_opens_one_into_another_program(terminal: Terminal) -> None:
    terminal.fill()
    words = ["stills", "view", "s1", "--by", "luz", "--reason", "review"]
    result = CliRunner().invoke(app, [*words, "--config", str(terminal.folder / "atdesk.toml")])
    assert (result.exit_code, result.stdout_bytes) == (0, JPEG)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("s1", "--by", "sol", "--reason", "review"), "sol may not open stills of this agent"),
        (("s1", "--by", "luz", "--reason", "curiosity"), "take one of review, second_review, dispute"),
        (("s9", "--by", "luz", "--reason", "review"), "there is no still s9: see atdesk stills list"),
    ],
)
def test_what_may_not_be_opened_is_said(terminal: Terminal, words: tuple[str, ...], said: str) -> None:
    terminal.fill()
    status, printed = terminal.type("stills", "view", *words)
    assert status == 1
    assert said in printed


def test_without_a_signed_policy_nobody_opens_anything(terminal: Terminal) -> None:
    terminal.fill()
    (terminal.folder / "atdesk.sign.key").unlink()
    status, printed = terminal.type("stills", "view", "s1", "--by", "luz", "--reason", "review")
    assert (status, "may not open stills" in printed) == (1, True)


def test_a_missing_key_file_is_named(terminal: Terminal) -> None:
    terminal.fill()
    (terminal.folder / "atdesk.keys").unlink()
    status, printed = terminal.type("stills", "list")
    assert status == 1
    assert "atdesk.keys cannot be read: No such file or directory; restore it from your backup" in printed


def test_a_still_is_held_for_its_dispute(terminal: Terminal) -> None:
    terminal.fill(lambda case: case.flag("FLAG01", "disputed"))
    tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 2 * DAY_S))
    status, printed = terminal.type("stills", "hold", "s1", "--until", tomorrow, "--by", "luz")
    assert status == 0
    assert "flag FLAG01 is held until" in printed
    (still,) = terminal.stills()
    assert (still.hold_reason, still.hold_until is not None) == ("dispute", True)
    status, printed = terminal.type("stills", "hold", "s1", "--until", "2099-01-01", "--by", "luz")
    assert (status, "at most 14 days from now" in printed) == (1, True)
    status, printed = terminal.type("stills", "hold", "s1", "--until", "soon", "--by", "luz")
    assert (status, "'soon' is no time: write it as 2026-11-21" in printed) == (1, True)


def test_nothing_is_purged_before_its_time(terminal: Terminal) -> None:
    terminal.fill()
    assert terminal.type("stills", "purge") == (0, "0 stills had had their time, and are destroyed.")


def test_withdrawing_consent_destroys_the_stills_and_the_log_says_so(terminal: Terminal) -> None:
    terminal.fill()
    status, printed = terminal.type("consent", "withdraw", "ana")
    assert (status, "Template, stills and keys are destroyed" in printed) == (0, True)
    assert terminal.stills() == ()
    assert terminal.logged("still_purged") == ["consent_withdrawn"]


# --- erase ---


def test_an_erasure_gives_a_receipt_that_verifies(terminal: Terminal) -> None:
    terminal.fill()
    receipt, public = terminal.folder / "receipt.json", terminal.folder / "public.pem"
    status, printed = terminal.type("erase", "ana", "--by", "Ines Gil", "--receipt", str(receipt))
    assert (status, "Erased: 1 templates, 1 stills, 2 keys" in printed) == (0, True)
    assert terminal.stills() == ()
    assert terminal.type("public-key", "--out", str(public))[0] == 0
    status, printed = terminal.verify(str(receipt), "--public-key", str(public), "--agent", "ana")
    assert status == 0
    assert "ordered by Ines Gil" in printed
    assert "2 things could be opened before, 0 after" in printed
    status, printed = terminal.verify(str(receipt), "--public-key", str(public), "--agent", "bo")
    assert (status, "it is not about bo" in printed) == (1, True)


def test_a_changed_receipt_and_another_key_are_not_good(terminal: Terminal) -> None:
    terminal.fill()
    receipt, public = terminal.folder / "receipt.json", terminal.folder / "public.pem"
    terminal.type("erase", "ana", "--by", "Ines Gil", "--receipt", str(receipt))
    terminal.type("public-key", "--out", str(public))
    good = receipt.read_text()
    receipt.write_text(good.replace("Ines", "Anna"))
    status, printed = terminal.verify(str(receipt), "--public-key", str(public))
    assert (status, "NOT GOOD: the signature does not fit" in printed) == (1, True)
    receipt.write_text("{}")
    assert terminal.verify(str(receipt), "--public-key", str(public))[0] == 1
    receipt.write_text(good)
    status, printed = terminal.verify(str(receipt), "--public-key", str(receipt))
    assert (status, "has to be a PEM file" in printed) == (1, True)
    status, printed = terminal.verify(str(receipt.with_name("none")), "--public-key", str(public))
    assert (status, "none cannot be read: No such file" in printed) == (2, True)


def test_without_a_file_the_receipt_is_printed(terminal: Terminal) -> None:
    terminal.fill()
    words = ["erase", "ana", "--by", "Ines Gil", "--config", str(terminal.folder / "atdesk.toml")]
    result = CliRunner().invoke(app, words)
    assert json.loads(result.stdout)["document"]["by"] == "Ines Gil"


def test_a_receipt_is_never_written_over_another_file_and_then_nothing_is_erased(terminal: Terminal) -> None:
    terminal.fill()
    receipt = terminal.folder / "receipt.json"
    receipt.write_text("another")
    status, printed = terminal.type("erase", "ana", "--by", "Ines Gil", "--receipt", str(receipt))
    assert (status, "receipt.json exists already" in printed) == (1, True)
    nowhere = terminal.folder / "no" / "receipt.json"
    status, printed = terminal.type("erase", "ana", "--by", "Ines Gil", "--receipt", str(nowhere))
    assert (status, "cannot be written: No such file or directory" in printed) == (1, True)
    assert len(terminal.stills()) == 1
    assert receipt.read_text() == "another"


def test_what_a_dispute_holds_is_said_with_the_way_out(terminal: Terminal) -> None:
    terminal.fill(_disputed)
    status, printed = terminal.type("erase", "ana", "--by", "Ines Gil")
    assert status == 0
    assert "Held for a dispute: still s1 of flag FLAG01, until" in printed
    assert "the same command with --after-holds" in printed
    assert [one.still_id for one in terminal.stills()] == ["s1"]
    status, printed = terminal.type("erase", "ana", "--by", "Ines Gil", "--after-holds")
    assert (status, "it is destroyed then" in printed) == (0, True)
    (still,) = terminal.stills()
    assert still.expires_at < time.time() < (still.hold_until or 0.0)


def test_a_lost_key_file_has_a_way_out(terminal: Terminal) -> None:
    terminal.fill()
    (terminal.folder / "atdesk.keys").unlink()
    status, printed = terminal.type("erase", "ana", "--by", "Ines Gil")
    assert (status, "restore it from your backup" in printed) == (1, True)
    assert "or it is lost for good: the same command with --without-key-file" in printed
    status, printed = terminal.type("erase", "ana", "--by", "Ines Gil", "--without-key-file")
    assert (status, "Erased: 1 templates, 1 stills, 2 keys" in printed) == (0, True)


@pytest.mark.parametrize("wrong", [False, True], ids=["missing", "wrong"])
def test_with_a_missing_or_wrong_key_file_the_service_does_not_start(terminal: Terminal, wrong: bool) -> None:
    """So nobody is looked at; it is said before any model is loaded or any platform is asked."""
    terminal.fill()
    key_file = terminal.folder / "atdesk.keys"
    key_file.unlink()
    if wrong:
        FileKeyRing.create(key_file)
    config = load_config(terminal.folder / "atdesk.toml", {})

    async def start() -> None:
        async with running(config):
            raise AssertionError("it runs")

    said = "put that key file back, from your backup" if wrong else "restore it from your backup"
    with pytest.raises(KeyRingError, match=said) as refused:
        asyncio.run(start())
    assert explain(refused.value) == str(refused.value)


def test_without_a_backup_of_the_key_file_one_can_begin_anew(terminal: Terminal) -> None:
    """Nothing is given up by accident; then the next start makes a new key file."""
    terminal.fill(_disputed)
    key_file = terminal.folder / "atdesk.keys"
    status, printed = terminal.type("key-file-lost", "--give-up")
    assert (status, "atdesk.keys is there" in printed) == (2, True)
    key_file.unlink()
    status, printed = terminal.type("key-file-lost")
    assert (status, "If there is a backup, put it back" in printed) == (0, True)
    with pytest.raises(KeyRingError, match="see atdesk key-file-lost"):
        terminal.begin()
    status, printed = terminal.type("key-file-lost", "--give-up")
    assert (status, "Given up: 1 templates and 1 stills of 1 people" in printed) == (0, True)
    terminal.begin()
    assert key_file.exists()


@pytest.mark.parametrize(("agent", "by", "said"), [("ann", "Ines", "nobody"), ("ana", " ", "say who orders")])
def test_an_erasure_of_nobody_or_by_nobody_is_refused(
    terminal: Terminal, agent: str, by: str, said: str
) -> None:
    terminal.fill()
    status, printed = terminal.type("erase", agent, "--by", by)
    assert (status, said in printed) == (1, True)


# --- attest-off ---


def test_a_day_without_looks_is_attested_and_verified(terminal: Terminal) -> None:
    terminal.fill()
    out, public = terminal.folder / "statement.json", terminal.folder / "public.pem"
    start, end = _iso(time.time() - AGO_S / 2), _iso(time.time() - 1)
    status, printed = terminal.type("attest-off", "madrid", start, end, "--out", str(out))
    assert (status, printed) == (0, "")
    terminal.type("public-key", "--out", str(public))
    status, printed = terminal.verify(str(out), "--public-key", str(public))
    assert status == 0
    assert "No frame of the site madrid was opened from" in printed


def test_what_cannot_be_attested_is_said(terminal: Terminal) -> None:
    terminal.fill()
    for words, said in (
        (("madrid", "2026-01-01", "2026-01-02"), "the log does not cover the period: it begins at"),
        (("madrid", "2026-01-02", "2026-01-01"), "has to begin before it ends"),
        (("madrid", "2099-01-01", "2099-01-02"), "and to be over"),
    ):
        status, printed = terminal.type("attest-off", *words)
        assert (status, said in printed) == (1, True), printed
    status, printed = terminal.type("attest-off", "paris", "2026-01-01", "2026-01-02")
    assert (status, "there is no site 'paris'" in printed, "there are: madrid" in printed) == (2, True, True)
