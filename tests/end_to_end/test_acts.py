"""The acts beside the film: each check of what really happened can fail, and the refusal is the engine's."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from examples.demo.acts import Acts, act_faults, closing_lines
from examples.demo.cards import buttons_of, fields_of
from examples.demo.erasing import Erasure
from examples.demo.own_log import OwnLog
from examples.demo.pausing import Pause
from examples.demo.refusal import Refusal
from examples.demo.setting import shortened

from atdesk_core.policy.jurisdictions import cap_of

GOOD = Acts(
    Refusal(True, "camera_forbidden", "GB (United Kingdom): no. Refused: x.", False, ("absence.enabled",)),
    Pause(looks_before=2, looks=0, frames=0, on_card=True, in_log=True),
    OwnLog(29, 29, 20, 66, ("01:44:28  looked at",), Path("demo-log.html")),
    Erasure(1, 2, 3, 0, 0, True, False, True, Path("demo-receipt.json")),
)


def test_good_acts_have_no_fault_and_say_where_the_page_and_the_receipt_are() -> None:
    assert act_faults(GOOD) == ()
    said = "\n".join(closing_lines(GOOD))
    assert "demo-log.html" in said
    assert "demo-receipt.json" in said


@pytest.mark.parametrize(
    ("act", "change", "said"),
    [
        ("refusal", {"allowed_here": False}, "refused where the demo is"),
        ("refusal", {"code": "allowed"}, "GB did not refuse the policy: allowed"),
        ("refusal", {"camera": True}, "GB did not refuse"),
        ("refusal", {"settings_refused": ()}, "GB did not refuse"),
        ("refusal", {"because": ""}, "without a reason"),
        ("pause", {"looks_before": 0}, "the pause shows nothing"),
        ("pause", {"frames": 1}, "1 frames were opened while the agent was paused"),
        ("pause", {"looks": 2}, "2 looks and 0 frames"),
        ("pause", {"on_card": False}, "does not say that the agent is paused"),
        ("pause", {"in_log": False}, "no look that the pause stopped"),
        ("log", {"looks": 28}, "28 looks, and 29 were opened"),
        ("log", {"looks": 0, "opened": 0}, "0 looks"),
        ("log", {"found_nothing": 0}, "no look that found nothing"),
        ("erasure", {"templates": 0}, "nothing to erase"),
        ("erasure", {"opened_before": 0}, "nothing to erase"),
        ("erasure", {"opened_after": 1}, "1 erased things still open"),
        ("erasure", {"bytes_left": 1}, "1 pieces are left"),
        ("erasure", {"consent_left": True}, "still open"),
        ("erasure", {"receipt_good": False}, "does not verify"),
        ("erasure", {"log_whole": False}, "log is not whole"),
    ],
)
def test_what_is_wrong_in_an_act_is_named(act: str, change: dict[str, Any], said: str) -> None:
    wrong = replace(getattr(GOOD, act), **change)
    found = act_faults(replace(GOOD, **{act: wrong}))
    assert any(said in fault for fault in found), found


def test_the_shortened_preset_of_the_demo_is_the_shipped_one_but_for_its_times() -> None:
    shipped, short = cap_of("CA").values, shortened("CA").values
    changed = {path for path in shipped if shipped[path] != short[path]}
    assert changed <= {
        "absence.agent_first_s",
        "different_person.agent_first_s",
        "looks.watch_every_s",
        "looks.returning_every_s",
    }


def test_a_card_is_read_by_its_fields_and_buttons() -> None:
    items = [{"key": "Status", "value": "raised"}, {"key": "Paused since", "value": "12:00"}]
    body = [
        {"type": "section", "sections": [{"type": "fields", "items": items}]},
        {"type": "actions", "items": [{"text": "Acknowledge", "value": "ack:K7Q2AB"}]},
    ]
    assert fields_of({"body": body}) == [("Status", "raised"), ("Paused since", "12:00")]
    assert buttons_of({"body": body}) == ["Acknowledge"]
    assert fields_of({}) == []
