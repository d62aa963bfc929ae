"""No template without the agent's own confirmation, nor without a written release where one is asked for."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.agreements import Entry, Scope, ScopeKind, record_precondition
from atdesk_core.identity import (
    ConfirmationError,
    Consent,
    EnrolmentError,
    FileKeyRing,
    Grounds,
    PersonKeys,
    Template,
    TemplateError,
    Templates,
    ask_code,
    codes_to_make,
    enrol,
    load_directory,
    make_code,
    record_consent,
    withdraw_consent,
)
from atdesk_core.identity.confirming import CODE_LIFE_S, MOST_WRONG_TRIES
from atdesk_core.policy import Precondition
from atdesk_core.store import Store
from tests.core.agreements.desk import ANA as DESK
from tests.core.agreements.desk import Signing
from tests.core.identity.test_commands import Judged, Made, Outcome
from tests.core.identity.town import confirmed

ANA = Template("ana", "enc1", (0.5, 0.25))
RELEASE = Entry("REL-2026-17", 50.0, None, "H. R.")
OF_ANA = Scope(ScopeKind.AGENT, "ana")


@pytest.fixture
async def templates(town: Signing, tmp_path: Path) -> Templates:
    """Ana has agreed; nobody has confirmed any photo."""
    await record_consent(town.store, Consent("c1", "ana", "v3", "es", "a scheduled call", 10.0))
    return Templates(town.store, PersonKeys(town.store, FileKeyRing.create(tmp_path / "atdesk.keys")))


async def is_enrolled(store: Store) -> bool:
    return (await load_directory(store)).is_enrolled("ana")


async def sent_code(store: Store, at: float) -> str:
    code = await make_code(store, await ask_code(store, "ana", at))
    assert code is not None
    return code


async def test_the_code_makes_one_template_and_is_used_up(store: Store, templates: Templates) -> None:
    grounds = await confirmed(store, "ana", 100.0)
    await templates.save(ANA, 110.0, grounds)
    assert await is_enrolled(store)
    with pytest.raises(
        ConfirmationError, match="has not confirmed the photos; ask for one: atdesk enrol-code"
    ):
        await templates.save(ANA, 120.0, grounds)


async def test_the_code_may_be_typed_as_it_was_read(store: Store, templates: Templates) -> None:
    code = await sent_code(store, 100.0)
    await templates.save(ANA, 110.0, Grounds(f" {code[:4].lower()}-{code[4:]} ", release_needed=False))
    assert await is_enrolled(store)


async def test_a_wrong_code_opens_no_photo_and_after_some_the_code_is_void(
    store: Store, templates: Templates
) -> None:
    right = await sent_code(store, 100.0)
    opened: list[str] = []

    def judge() -> Outcome:
        opened.append("a photo")
        return Outcome(Made((0.5, 0.25), "enc1"), (Judged("one.jpg", None),))

    for _ in range(MOST_WRONG_TRIES):
        with pytest.raises(ConfirmationError, match="is not the code that ana was sent"):
            await enrol(store, templates, "ana", judge, 110.0, Grounds("AAAAAAAA", release_needed=False))
    with pytest.raises(ConfirmationError, match="has run out"):
        await enrol(store, templates, "ana", judge, 110.0, Grounds(right, release_needed=False))
    assert opened == []
    assert not await is_enrolled(store)


async def test_a_code_is_good_for_minutes_and_only_the_latest(store: Store, templates: Templates) -> None:
    first = await sent_code(store, 100.0)
    second = await sent_code(store, 200.0)
    with pytest.raises(ConfirmationError):
        await templates.save(ANA, 210.0, Grounds(first, release_needed=False))
    with pytest.raises(ConfirmationError, match="has run out"):
        await templates.save(ANA, 200.0 + CODE_LIFE_S, Grounds(second, release_needed=False))


async def test_a_code_that_nobody_sent_yet_says_who_sends_it(store: Store, templates: Templates) -> None:
    request = await ask_code(store, "ana", 100.0)
    with pytest.raises(ConfirmationError, match="the running service sends it"):
        await templates.save(ANA, 110.0, Grounds("", release_needed=False))
    assert await codes_to_make(store, 110.0) == (request,)
    assert await codes_to_make(store, 100.0 + CODE_LIFE_S) == ()
    assert await make_code(store, request) is not None
    assert await make_code(store, request) is None


async def test_the_store_never_holds_a_code(store: Store, templates: Templates, tmp_path: Path) -> None:
    code = await sent_code(store, 100.0)
    assert code.encode() not in _on_disk(tmp_path)


@pytest.mark.parametrize("source", ["personnel_file", "confirmed", "own_session"])
async def test_the_database_itself_takes_no_template_without_a_confirmation(
    store: Store, templates: Templates, source: str
) -> None:
    async def sneak(connection: AsyncConnection) -> None:
        await connection.execute(text("INSERT INTO person_keys VALUES ('ana', x'00', 'k', 1)"))
        values = f"('ana', 'enc1', x'00', 1, 'c1', 'given', '{source}', 'none')"
        await connection.execute(text(f"INSERT INTO templates VALUES {values}"))  # noqa: S608

    with pytest.raises(IntegrityError):
        await store.run(sneak)


async def test_a_withdrawn_consent_takes_the_confirmation_with_it(store: Store, templates: Templates) -> None:
    await templates.save(ANA, 110.0, await confirmed(store, "ana", 100.0))
    await withdraw_consent(store, "ana", 120.0)
    async with store.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM enrol_confirmations")) == 0


@pytest.mark.parametrize("codes", [("CO",), ("US-IL",), ("PE", "US-IL")])
async def test_where_a_release_is_asked_for_there_is_no_template_before_it(
    store: Store, templates: Templates, town: Signing, codes: tuple[str, ...]
) -> None:
    town.codes = codes
    await town.sign()
    policy = (await town.load()).applied(DESK).policy
    assert policy is not None
    needed = Precondition.WRITTEN_RELEASE in policy.requires
    grounds = Grounds((await confirmed(store, "ana", 100.0)).code, release_needed=needed)
    with pytest.raises(EnrolmentError, match=r"a written release of ana before any template.*agent:ana"):
        await enrol(store, templates, "ana", lambda: Outcome(None, ()), 110.0, grounds)
    with pytest.raises(TemplateError, match="atdesk preconditions record agent:ana written_release"):
        await templates.save(ANA, 110.0, grounds)
    await record_precondition(store, OF_ANA, Precondition.WRITTEN_RELEASE, RELEASE, 105.0)
    await templates.save(ANA, 110.0, grounds)
    assert await is_enrolled(store)


async def test_a_release_that_has_lapsed_is_none(store: Store, templates: Templates) -> None:
    short = Entry("REL-2026-17", 50.0, 108.0, "H. R.")
    await record_precondition(store, OF_ANA, Precondition.WRITTEN_RELEASE, short, 105.0)
    grounds = Grounds((await confirmed(store, "ana", 100.0)).code, release_needed=True)
    with pytest.raises(TemplateError, match="written release"):
        await templates.save(ANA, 110.0, grounds)


def _on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("atdesk.db*"))
