"""What of the decision log is shown of one flag, and what is not."""

import json
from typing import Any

from atdesk_core.ledger import LedgerKind
from atdesk_core.store import FlagRow, LedgerRow
from atdesk_core.web.flag_page.story import story_of

K = LedgerKind
FLAG = FlagRow(
    "K7Q2AB", "ann", "phone", "phone", "raised", 100.0, 160.0, "north", 0.8, "abc", True, closed_at=300.0
)
ROWS: tuple[tuple[float, LedgerKind, dict[str, Any]], ...] = (
    (20.0, K.NOTICE, {"notice_id": "n-0", "reached": True}),
    (90.0, K.LOOK_ENDED, {"look_id": "l-1", "frames": 2}),
    (105.0, K.FINDING, {"what": "phone", "confidence": 0.8}),
    (106.0, K.FINDING, {"what": "absent"}),
    (106.0, K.EPISODE, {"what": "begun", "finding": "phone"}),
    (107.0, K.EPISODE, {"what": "begun", "finding": "absent"}),
    (108.0, K.NOTICE, {"notice_id": "n-1", "reached": True}),
    (110.0, K.STATE_SEEN, {"presence": "break"}),
    (120.0, K.LOOK_OPENED, {"look_id": "own-1", "reason": "self_test"}),
    (121.0, K.LOOK_ENDED, {"look_id": "own-1", "frames": 1}),
    (130.0, K.LOOK_OPENED, {"look_id": "own-2", "reason": "enrolment"}),
    (149.0, K.LOOK_ENDED, {"look_id": "own-2", "frames": 9}),
    (150.0, K.LOOK_ENDED, {"look_id": "l-2", "frames": 6}),
    (160.0, K.FLAG, {"number": "K7Q2AB", "what": "raised"}),
    (161.0, K.FLAG, {"number": "OTHER2", "what": "raised"}),
    (170.0, K.PAUSE, {"paused": True, "by": "agent", "category": "restroom"}),
    (200.0, K.FLAG_VIEWED, {"number": "K7Q2AB", "role": "lead", "by": "ref1"}),
    (210.0, K.LEAD_ACTION, {"number": "OTHER2", "what": "dismiss"}),
    (400.0, K.NOTICE, {"notice_id": "n-9", "reached": True}),
    (500.0, K.DISPUTE, {"number": "K7Q2AB", "what": "opened"}),
)


def rows() -> list[LedgerRow]:
    return [
        LedgerRow(seq, at, "home", "ref0", kind.value, json.dumps(data), "", "")
        for seq, (at, kind, data) in enumerate(ROWS)
    ]


def test_it_is_about_this_flag_and_nothing_else_of_the_agent() -> None:
    story = story_of(FLAG, rows())
    assert [(one.at, one.kind) for one in story.moments] == [
        (105.0, "finding"),
        (106.0, "episode"),
        (108.0, "notice"),
        (160.0, "flag"),
        (170.0, "pause"),
        (200.0, "flag_viewed"),
        (500.0, "dispute"),
    ]


def test_the_reason_of_a_pause_is_nobodys_business_here() -> None:
    (pause,) = [one for one in story_of(FLAG, rows()).moments if one.kind == "pause"]
    assert pause.data == {"paused": True, "by": "agent"}


def test_the_numbers_are_those_until_the_flag_without_what_the_agent_alone_was_shown() -> None:
    story = story_of(FLAG, rows())
    assert (story.looks, story.frames, story.told_at) == (2, 8, 108.0)


def test_a_row_that_was_damaged_is_left_out() -> None:
    broken = [*rows(), LedgerRow(99, 250.0, "home", "ref0", "flag", "{not json", "", "")]
    assert story_of(FLAG, broken) == story_of(FLAG, rows())
