"""`atdesk enrol` opens no photo unless the agent's own page would: what is missing, and the way out."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from atdesk_core.ledger import LedgerKind
from atdesk_core.policy import Precondition
from atdesk_core.session.state import dump, new_session
from atdesk_core.store import SessionSnapshot, Store, Unit
from tests.core.cli.on_record import OF_A_SITE, put_on_record
from tests.core.cli.test_commands import CONFIG, POLICY
from tests.core.cli.typed import Said, typed

AGREED = ("--text-version", "v1", "--language", "en", "--alternative", "a call")
SIGN = ("policy", "sign", "--all", "--by", "A. Person", "--reason", "agreed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ann is in the directory and has agreed; nothing is signed, nothing on record. The photo is none."""
    (tmp_path / "atdesk.toml").write_text(CONFIG)
    (tmp_path / "policy.toml").write_text(POLICY)
    (tmp_path / "people.csv").write_text("agent_id,name,team,site\nann,Ann Agent,support,home\n")
    (tmp_path / "photo.jpg").write_text("no picture")
    assert typed(tmp_path, "agents", "import", "people.csv").status == 0
    assert typed(tmp_path, "consent", "record", "ann", *AGREED).status == 0
    return tmp_path


def enrol(folder: Path) -> Said:
    return typed(folder, "enrol", "ann", "photo.jpg", "--confirmed-by-agent", "AAAA-BBBB")


def in_the_log(folder: Path) -> list[str]:
    async def read() -> list[str]:
        async with await Store.open(folder / "atdesk.db") as store:
            return [row.kind for row in await store.ledger_page(0)]

    return asyncio.run(read())


def pause(folder: Path) -> None:
    """As the running service keeps it."""

    async def keep() -> None:
        data = dump(replace(new_session("ann", time.time()), support_pause=True))
        async with await Store.open(folder / "atdesk.db") as store:
            await store.commit(Unit(snapshots=(SessionSnapshot("ann", 1, data),)))

    asyncio.run(keep())


def signed(folder: Path, policy: str = POLICY) -> None:
    (folder / "policy.toml").write_text(policy)
    assert typed(folder, *SIGN).status == 0


def test_with_everything_there_the_agents_own_word_is_asked_for_next(folder: Path) -> None:
    signed(folder)
    put_on_record(folder)
    assert "atdesk enrol-code ann" in enrol(folder).words


@pytest.mark.parametrize(
    "missing", [Precondition.IMPACT_ASSESSMENT, Precondition.NOTICE_GIVEN, Precondition.EQUAL_ALTERNATIVE]
)
def test_each_thing_that_has_to_be_on_record_is_asked_for_and_named(
    folder: Path, missing: Precondition
) -> None:
    signed(folder)
    put_on_record(folder, OF_A_SITE - {missing})
    said = enrol(folder)
    assert said.status == 1
    assert f"no template is made: these have to be on record and not lapsed: {missing} (atdesk" in said.words
    assert f"atdesk preconditions record site:home {missing} --reference" in said.words
    assert LedgerKind.ENROLMENT not in in_the_log(folder)


def test_what_has_lapsed_is_asked_for_again(folder: Path) -> None:
    signed(folder)
    put_on_record(folder)
    ended = typed(folder, "preconditions", "lapse", "site:home", "notice_given", "--by", "A. Person")
    assert ended.status == 0
    said = enrol(folder)
    assert said.status == 1
    assert "not lapsed: notice_given (atdesk preconditions record site:home notice_given" in said.words


@pytest.mark.parametrize("site", ["home", ""])
def test_while_everything_is_stopped_no_template_is_made(folder: Path, site: str) -> None:
    signed(folder)
    put_on_record(folder)
    assert typed(folder, "stop-all", *([site] if site else [])).status == 0
    said = enrol(folder)
    assert said.status == 1
    assert "no template is made: looks are stopped: atdesk stop-all home --lift" in said.words
    assert typed(folder, "stop-all", *([site] if site else []), "--lift").status == 0
    assert "atdesk enrol-code ann" in enrol(folder).words


def test_while_the_agent_is_paused_no_template_is_made(folder: Path) -> None:
    signed(folder)
    put_on_record(folder)
    pause(folder)
    said = enrol(folder)
    assert said.status == 1
    assert "no template is made: ann is paused, and has to be back first" in said.words


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ("camera = false\n" + POLICY, "the policy of ann allows no analysis of pictures; see atdesk policy"),
        (POLICY + "\n[different_person]\nenabled = false\n", "the policy of ann compares no faces; see"),
    ],
)
def test_a_policy_that_allows_no_template_is_named(folder: Path, policy: str, says: str) -> None:
    signed(folder, policy)
    put_on_record(folder)
    said = enrol(folder)
    assert said.status == 1
    assert f"no template is made: {says}" in said.words


def test_an_unsigned_policy_comes_before_everything_else(folder: Path) -> None:
    put_on_record(folder)
    said = enrol(folder)
    assert said.status == 1
    assert "without a policy in force nobody is enrolled" in said.words
    assert "atdesk policy sign site:home" in said.words


def test_a_consent_is_asked_for_whatever_is_on_record(folder: Path) -> None:
    signed(folder)
    put_on_record(folder)
    assert typed(folder, "consent", "withdraw", "ann").status == 0
    said = enrol(folder)
    assert said.status == 1
    assert "atdesk consent record ann" in said.words
