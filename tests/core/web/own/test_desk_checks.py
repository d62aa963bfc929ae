"""Desk checks that are to come, on the agent's own page: shown, and moved once."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from atdesk_core.desk_checks import DeskCheck, Status, desk_check, schedule
from atdesk_core.policy import SitePolicy
from atdesk_core.policy.safeguards import DeskCheckRule
from tests.core.web.own.house import SLOW, Desk, desk

RULE = DeskCheckRule(enabled=True, announce_min_s=2.0)
WITH_CHECKS = SLOW.model_copy(update={"desk_check": RULE})


async def planned(here: Desk, agent_id: str = "ann", check_id: str = "c1", in_s: float = 7200.0) -> DeskCheck:
    now = time.time()
    told = {"status": Status.ANNOUNCED, "announced_at": now}
    check = DeskCheck(check_id, agent_id, float(round(now + in_s)), "lee", now, **told)  # type: ignore[arg-type]
    await schedule(here.service.store, [check], [])
    return check


def at(after_s: float) -> str:
    """As the page sends it: a time of the agent's zone, which is UTC here."""
    return datetime.fromtimestamp(time.time() + after_s, UTC).strftime("%Y-%m-%dT%H:%M")


async def shown(client: Any) -> list[dict[str, Any]]:
    return list((await client.get("/api/me")).json()["desk_checks"])


async def test_what_is_to_come_is_shown_to_the_agent_alone_and_moved_once(tmp_path: Path) -> None:
    async with desk(tmp_path, policy=WITH_CHECKS) as here, here.client() as ann, here.client("bob") as bob:
        check = await planned(here)
        await planned(here, check_id="over", in_s=-60.0)
        assert await shown(ann) == [{"check_id": "c1", "at": check.at, "told": True, "can_move": True}]
        assert await shown(bob) == []
        to = at(3600)

        assert (await ann.post("/api/me/desk-checks/c1/move", json={"to": to})).status_code == 204

        moved = datetime.fromisoformat(to).replace(tzinfo=UTC).timestamp()
        (one,) = await shown(ann)
        assert (one["at"], one["can_move"]) == (moved, False)
        again = await ann.post("/api/me/desk-checks/c1/move", json={"to": at(5400)})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "not_movable")
        rows = [row for row in await here.service.store.ledger_page(0) if row.kind == "desk_check"]
        whats = [json.loads(row.data) for row in rows]
        assert [one["at"] for one in whats if one["what"] == "moved"] == [moved]


@pytest.mark.parametrize("to", ["noon", "2020-01-01T10:00", "0001-01-01T00:00", "9999-12-31T23:59"])
async def test_where_it_cannot_go_the_agent_is_told_why(tmp_path: Path, to: str) -> None:
    async with desk(tmp_path, policy=WITH_CHECKS) as here, here.client() as ann:
        check = await planned(here)
        answer = await ann.post("/api/me/desk-checks/c1/move", json={"to": to})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_movable")
        assert "within a shift of yours" in answer.json()["error"]["message"]
        assert (await desk_check(here.service.store, "c1")).at == check.at


async def test_nobody_moves_somebody_elses_and_no_body_is_taken_for_a_time(tmp_path: Path) -> None:
    async with desk(tmp_path, policy=WITH_CHECKS) as here, here.client() as ann, here.client("bob") as bob:
        check = await planned(here)
        answers = [
            await bob.post(f"/api/me/desk-checks/{one}/move", json={"to": at(3600)})
            for one in ("c1", "never")
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert answers[0].text == answers[1].text
        assert (await ann.post("/api/me/desk-checks/c1/move", json={})).status_code == 400
        assert (await desk_check(here.service.store, "c1")).at == check.at


@pytest.mark.parametrize("policy", [SLOW])
async def test_where_the_policy_has_none_any_more_nothing_is_moved(
    tmp_path: Path, policy: SitePolicy
) -> None:
    async with desk(tmp_path, policy=policy) as here, here.client() as ann:
        await planned(here)
        assert [one["can_move"] for one in await shown(ann)] == [False]
        assert (await ann.post("/api/me/desk-checks/c1/move", json={"to": at(3600)})).status_code == 409
