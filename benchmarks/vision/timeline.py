"""From the timeline that `make_scenarios.py` wrote to a recording to be replayed."""

import json
from pathlib import Path

from atdesk_core.policy import SitePolicy
from benchmarks.vision.plays import Job


def job_of(timeline: Path, policy: SitePolicy | None, photos: Path | None = None) -> Job:
    """One scenario.

    Args:
        timeline: The JSON file; its video lies beside it.
        policy: What is checked; None: the built-in policy for one's own recordings.
        photos: Folder of the agent's photos; None: nobody is matched.
    """
    told = json.loads(timeline.read_text(encoding="utf-8"))
    return Job(timeline.stem, timeline.parent / told["video"], told["events"], photos, policy=policy)
