"""Health and figures over real HTTP, from a service that really looked, told and flagged."""

import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.records import mark_changed
from atdesk_core.runtime.outbox import Delivery
from atdesk_core.runtime.service import Service
from atdesk_core.session import Record, RecordKind
from atdesk_core.store import tables
from atdesk_core.web.metrics import Metrics
from atdesk_sdk import Capabilities, CouldNotTell
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import ReadingEyes, account, until
from tests.core.web.door import DoorOffice
from tests.core.web.serving import Served, served

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"


@dataclass(frozen=True)
class Place:
    """A service whose pages are served, and who is asked for its figures."""

    service: Service
    pages: Served
    client: httpx2.AsyncClient
    office: DoorOffice

    async def figures(self) -> dict[str, dict[tuple[str, ...], float]]:
        """Samples by name, by the values of their labels."""
        answer = await self.client.get("/metrics")
        assert answer.status_code == 200, answer.text
        found: dict[str, dict[tuple[str, ...], float]] = {}
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
        return found


class Records(list[tuple[str, Record]]):
    """What the decision log holds, told to the figures as it is decided."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics

    def append(self, row: tuple[str, Record], /) -> None:
        self._metrics.record(*row)
        super().append(row)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    metrics = Metrics()

    def timed(delivery: Delivery) -> Delivery:
        return metrics.delivery(delivery)

    platform = ScriptedPlatform([account("ann"), account("lee")], time.time)
    office = DoorOffice(
        tmp_path,
        platform,
        make_delivery=timed,
        eyes=metrics.eyes(ReadingEyes()),
        records=Records(metrics),
        capabilities=Capabilities(flag_buttons=True, flag_edit=True, flag_private=True),
    )
    async with (
        office.open() as service,
        served(service, office.configured(), time.time, metrics=metrics) as pages,
        httpx2.AsyncClient(base_url=pages.url) as client,
    ):
        yield Place(service, pages, client, office)


async def test_what_a_service_does_is_counted_by_closed_words(place: Place) -> None:
    place.office.show("nobody")
    await until(lambda: bool(place.office.platform.flags))
    place.office.hide(CouldNotTell.CAMERA_OFF)
    await until(lambda: any(row.kind is RecordKind.COULD_NOT_TELL for _, row in place.office.records))

    figures = await place.figures()

    assert sum(figures["atdesk_looks_total"].values()) >= 1
    assert figures["atdesk_findings_total"][("absent",)] == 1
    assert figures["atdesk_could_not_tell_total"][("camera_off",)] == 1
    assert figures["atdesk_flags_total"][("raised",)] == 1
    for kind in ("notice", "state_write", "flag_post"):
        assert figures["atdesk_delivered_seconds_count"][(kind,)] >= 1
    assert figures["atdesk_observed_seconds_count"][()] >= 2
    assert figures["atdesk_frames_total"][("frames",)] >= 2
    assert figures["atdesk_adapter_state"][("scripted", "up")] == 1.0
    assert figures["atdesk_vision_frames"][()] == 0.0
    for queue in ("outbox_rows", "mailbox_frames", "pages_open"):
        assert figures[f"atdesk_{queue}"][()] == 0.0


async def test_what_an_adapter_counts_itself_is_a_figure(place: Place) -> None:
    adapter: Any = place.service._adapters["scripted"]
    assert "atdesk_adapter_total" not in await place.figures()
    adapter.counts = Counter({"activity_forged": 2})
    figures = await place.figures()
    assert figures["atdesk_adapter_total"] == {("scripted", "activity_forged"): 2.0}


async def test_a_look_that_is_not_opened_is_counted_by_its_reason(place: Place) -> None:
    await place.service.store.run(_withdrawn)
    await until(lambda: not place.service.world.directory.has_consent("ann"))
    place.office.show("nobody")
    await until(lambda: any(row.kind is RecordKind.LOOK_SKIPPED for _, row in place.office.records))

    figures = await place.figures()

    assert figures["atdesk_looks_skipped_total"][("no_consent",)] >= 1
    assert "atdesk_findings_total" not in figures


async def _withdrawn(connection: AsyncConnection) -> None:
    await connection.execute(update(tables.consents).values(state="withdrawn", withdrawn_at=time.time()))
    await mark_changed(connection)


async def test_nobodys_name_or_id_is_in_a_figure(place: Place) -> None:
    place.office.show("nobody")
    await until(lambda: bool(place.office.platform.flags))
    place.pages.as_agent("ann")
    await place.client.get("/flags/1", headers={"Authorization": "Bearer made-up", "X-Atdesk-Tab": "ann"})

    text = (await place.client.get("/metrics")).text.lower()

    number = next(iter(place.office.platform.flags.values())).number.lower()
    for word in ("ann", "lee", "home", "support", "example.com", "look-", number, "made-up"):
        assert not re.search(rf"\b{re.escape(word)}\b", text), word


async def test_refused_sign_ins_are_counted_by_their_reason(place: Place) -> None:
    answer = await place.client.post("/sign-in/exchange", json={"code": "made up", "tab_secret": "any"})

    assert answer.status_code == 401
    assert (await place.figures())["atdesk_sign_ins_refused_total"] == {("exchange",): 1.0}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "198.51.100.7"},
        {"Forwarded": "for=198.51.100.7"},
        {"Via": "1.1 proxy"},
        {"Host": "desk.example"},
    ],
)
async def test_without_a_secret_only_this_machine_reads_the_figures(
    place: Place, headers: dict[str, str]
) -> None:
    answer = await place.client.get("/metrics", headers=headers)

    assert answer.status_code == 403
    assert "metrics_secret" in answer.json()["error"]["message"]


async def test_with_a_secret_whoever_has_it_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATDESK_TEST_METRICS", "for prometheus")
    office = DoorOffice(tmp_path, ScriptedPlatform([account("ann")], time.time))
    office.service_table = {"metrics_secret": "env:ATDESK_TEST_METRICS"}
    async with office.at_work() as door:
        answers = [
            (await door.browser.get("/metrics", headers={"Authorization": given})).status_code
            for given in ("Bearer for prometheus", "Bearer another", "Basic for prometheus", "")
        ]

    assert answers == [200, 403, 403, 403]


async def test_health_says_whether_the_process_lives_and_whether_it_is_ready(place: Place) -> None:
    assert (await place.client.get("/healthz")).json() == {"status": "ok"}
    ready = await place.client.get("/readyz")

    assert ready.status_code == 200
    assert ready.json()["adapters"]["scripted"]["status"] == "up"


async def test_two_services_in_one_process_do_not_share_figures(place: Place) -> None:
    place.office.show("nobody")
    await until(lambda: bool(place.office.platform.flags))

    assert b"atdesk_findings_total{" not in Metrics().text()


async def test_every_figure_is_in_the_documentation_and_nothing_else_is(place: Place) -> None:
    place.office.show("nobody")
    await until(lambda: bool(place.office.platform.flags))
    text = (await place.client.get("/metrics")).text
    told = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE atdesk_")}
    told = {name for name in told if not name.endswith("_created")}

    documented = set(re.findall(r"^\| `(atdesk_\w+)`", OPERATIONS.read_text("utf-8"), re.MULTILINE))

    assert told == documented
