"""The service cuts the log by itself: no row outlives what any place allows."""

import logging
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import text

from atdesk_core import policy as presets_room
from atdesk_core.agreements import Agreements, Content, Declared, site_scope
from atdesk_core.agreements.in_force import InForce, Policies
from atdesk_core.agreements.versions import Draft, PolicyVersion
from atdesk_core.identity import Directory, DirectoryRows, Person, Site
from atdesk_core.ledger import verify
from atdesk_core.ledger.retention import DAY_S
from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.policy.levels import LevelKind, parse_level
from atdesk_core.runtime.log_keeping import Bounds, LogKeeper, bounds_of, kept_for
from atdesk_core.store import LedgerEntry, Store, Unit
from tests.core.store.rows import flag_row

START = 1_700_000_000.0


def keeping(most: int, least: int = 183, cap: int = 730) -> Bounds:
    return Bounds(least, most, cap)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A row a day, for 400 days."""
    async with await Store.open(tmp_path / "atdesk.db") as opened:
        days = (START + number * DAY_S for number in range(400))
        await opened.commit(
            Unit(ledger=tuple(LedgerEntry(at, "home", "ref", "input", '{"idle":true}') for at in days))
        )
        yield opened


def keeper(store: Store, *bounds: Bounds) -> LogKeeper:
    return LogKeeper(store, lambda: bounds, lambda: START + 400 * DAY_S)


async def rows_of(store: Store) -> int:
    return (await verify(store)).rows


async def test_no_row_outlives_the_shortest_upper_bound(store: Store) -> None:
    assert await keeper(store, keeping(730), keeping(365, cap=365)).keep() == 35
    assert await rows_of(store) == 400 - 35 + 1


async def test_what_somebody_has_kept_at_least_is_kept_and_it_is_said_that_this_does_not_meet(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert await keeper(store, keeping(200), keeping(365, least=300)).keep() == 100
    assert "300 days at least, another for 200 at most" in caplog.text
    assert "separate databases" in caplog.text


async def test_what_is_kept_about_people_beside_the_log_goes_in_the_same_round(store: Store) -> None:
    flags = (
        flag_row("OLD001", status="expired", closed_at=START + 10 * DAY_S),
        flag_row("YOUNG1", status="expired", closed_at=START + 390 * DAY_S),
    )
    await store.commit(Unit(flags=flags))
    await keeper(store, keeping(183)).keep()
    async with store.reading() as connection:
        assert list(await connection.scalars(text("SELECT number FROM flags"))) == ["YOUNG1"]


async def test_without_any_site_nothing_is_cut(store: Store) -> None:
    assert await keeper(store).keep() == 0
    assert await rows_of(store) == 400


async def test_a_log_that_is_not_whole_is_said_and_kept(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    await store.run(lambda connection: connection.execute(text("DELETE FROM ledger WHERE seq = 3")))
    with caplog.at_level(logging.ERROR):
        assert await keeper(store, keeping(183)).keep() == 0
    assert "the decision log was not cut: the log is not whole" in caplog.text


async def test_it_is_started_and_closed_twice(store: Store) -> None:
    one = keeper(store, keeping(183))
    one.start()
    await one.aclose()
    await one.aclose()


@pytest.mark.parametrize(
    ("bounds", "days", "meets"),
    [
        ([keeping(183), keeping(365)], 183, True),
        ([keeping(365, cap=365), keeping(730, least=366)], 365, False),
        ([keeping(190), keeping(730, least=200)], 200, False),
        ([keeping(730)], 730, True),
    ],
)
def test_the_time_for_all(bounds: list[Bounds], days: int, meets: bool) -> None:
    found = kept_for(bounds)
    assert found is not None
    assert (found.days, found.meets) == (days, meets)


def test_the_presets_of_no_two_places_stand_against_each_other() -> None:
    codes = [path.stem for path in Path(str(files(presets_room) / "presets")).glob("*.toml")]
    caps = [cap_of("ZZ" if code == "general" else code).values for code in codes]
    assert len(caps) > 8
    least = max(one["retention.ledger_days_least"] for one in caps)  # type: ignore[type-var]  # all are numbers
    most = min(one["retention.ledger_days"] for one in caps)  # type: ignore[type-var]
    assert least <= most  # type: ignore[operator]


def agreed(codes: dict[str, tuple[str, ...]], *says: tuple[str, dict[str, int]]) -> Agreements:
    """Policies of these sites in force, as if they were signed."""
    in_force = {}
    for site, retention in says:
        level = parse_level(
            {"site": site, "accountable": "A. Person", "retention": retention}, LevelKind.SITE, site
        )
        draft = Draft(site_scope(site), 1, "", (), "-", "-", 0.0)
        version = PolicyVersion(draft, "", "", b"", 0.0)
        in_force[site_scope(site)] = InForce(version, Content(level, codes[site]))
    return Agreements(Policies(in_force, {}), (), Declared(sites=codes))


def place(site: str, code: str, *jurisdictions: str) -> Directory:
    """A site, and a person there for each country."""
    people = [
        Person(f"{site}{number}", f"ref{site}{number}", "N", "", "en", "t", site, code)
        for number, code in enumerate(jurisdictions)
    ]
    return Directory(DirectoryRows(people=people, sites=[Site(site, code, "UTC")]))


def test_a_policy_that_is_not_known_has_the_bounds_of_its_place_and_no_longer_ones() -> None:
    nothing = agreed({"paris": ("FR",)})
    assert bounds_of(nothing, place("paris", "FR")) == {Bounds(183, 365, 365)}
    assert bounds_of(nothing, place("lima", "PE")) == {Bounds(183, 730, 730)}, "not configured any more"


def test_a_policy_in_force_says_how_long_under_the_cap_of_its_place() -> None:
    signed = agreed({"lima": ("PE",)}, ("lima", {"ledger_days": 700, "ledger_days_least": 200}))
    assert bounds_of(signed, place("lima", "PE")) == {Bounds(200, 700, 730)}


def test_somebody_in_a_country_of_their_own_brings_its_cap_along() -> None:
    signed = agreed({"lima": ("PE",)}, ("lima", {"ledger_days": 700}))
    found = kept_for(bounds_of(signed, place("lima", "PE", "", "FR")))
    assert found is not None
    assert found.days == 365
