"""`atdesk_core.Engine` as somebody would embed it: real models, real footage, no adapter."""

import asyncio
from pathlib import Path

import cv2

from atdesk_core import Engine
from atdesk_core.policy import LookRules, SitePolicy
from atdesk_sdk import Finding, FindingKind, Presence

CLIP = Path(__file__).parents[1] / "vision" / "data" / "grid_a_1.mp4"
POLICY = SitePolicy(
    site="own", accountable="A. Person", looks=LookRules(alert_interval_s=0.5, watch_every_s=1)
)


def pictures() -> list[bytes]:
    video = cv2.VideoCapture(str(CLIP))
    return [cv2.imencode(".jpg", video.read()[1])[1].tobytes() for _ in range(40)]


async def push(engine: Engine, agent_id: str, found: list[Finding], want: int) -> None:
    async with asyncio.timeout(60):
        while len(found) < want:
            for picture in pictures():
                engine.push_frame(agent_id, picture)
                await asyncio.sleep(0.05)


async def test_frames_that_are_pushed_become_findings_only_where_a_look_may_be_opened() -> None:
    found: list[Finding] = []
    async with Engine(POLICY) as engine:
        end = engine.subscribe(found.append)
        engine.add_agent("ann", consent=True)
        engine.add_agent("bob", consent=False)
        for picture in pictures()[:3]:
            assert not engine.push_frame("bob", picture)
        await push(engine, "ann", found, 1)
        assert {one.agent_id for one in found} == {"ann"}
        assert found[0].kind is FindingKind.PRESENT
        engine.push_state("ann", Presence.BREAK)
        await asyncio.sleep(0.1)
        assert not engine.push_frame("ann", pictures()[0])
        end()
        engine.remove_agent("ann")
