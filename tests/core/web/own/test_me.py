"""What the page is told: in plain words, in the agent's language, and about nobody else."""

from pathlib import Path

from tests.core.web.own.house import desk


async def test_it_says_what_applies_today_and_for_what(tmp_path: Path) -> None:
    async with desk(tmp_path) as here, here.client() as ann:
        me = (await ann.get("/api/me")).json()
    assert me["person"] == {"name": "Ann Agent", "language": "en", "time_zone": "UTC"}
    assert me["meetings"] == [{"id": "900", "purpose": "team room"}]
    sentences = " ".join(me["policy"]["sentences"])
    assert "after 1 minute" in sentences
    assert "What for: so that calls are answered." in sentences
    assert "No picture is kept." in sentences
    assert me["policy"]["accountable"] == "A. Person"
    assert me["shift"]["starts_at"] <= me["now"] < me["shift"]["ends_at"]
    assert me["budget"]["frames_used"] == 0
    assert me["budget"]["frames_left"] == 20_000
    assert me["consent"]["given_at"] is not None
    assert me["why_no_look"]
