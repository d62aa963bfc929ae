"""How an adapter says how it is: the worst trouble once, and whether it hears its accounts."""

from atdesk_sdk import HealthReport, HealthStatus
from atdesk_sdk.condition import Condition
from atdesk_sdk.testing import RecordingHost


def said(host: RecordingHost) -> list[tuple[str, bool]]:
    return [(report.message, report.in_touch) for report in host.reports]


def test_the_worst_trouble_is_told_and_any_of_them_can_cost_the_touch() -> None:
    host = RecordingHost(lambda: 1.0)
    condition = Condition("zoom", host)
    condition.over("start")
    condition.trouble("feed", HealthStatus.DEGRADED, "no events", in_touch=False)
    condition.trouble("scope", HealthStatus.DOWN, "a scope is missing")
    condition.over("feed")
    condition.over("scope")
    assert said(host) == [
        ("", True),
        ("no events", False),
        ("a scope is missing", False),
        ("a scope is missing", True),
        ("", True),
    ]


def test_of_two_that_are_equally_bad_the_one_that_costs_the_touch_is_told() -> None:
    host = RecordingHost(lambda: 1.0)
    condition = Condition("zoom", host)
    condition.trouble("lost", HealthStatus.DEGRADED, "one user is not known")
    condition.trouble("feed", HealthStatus.DEGRADED, "no events", in_touch=False)
    condition.over("feed")
    assert said(host) == [
        ("one user is not known", True),
        ("no events", False),
        ("one user is not known", True),
    ]


def test_the_same_again_is_not_told_again() -> None:
    host = RecordingHost(lambda: 1.0)
    condition = Condition("zoom", host)
    for _ in range(3):
        condition.trouble("feed", HealthStatus.DEGRADED, "no events", in_touch=False)
    assert said(host) == [("no events", False)]


def test_of_one_that_is_down_or_starting_nothing_stands() -> None:
    known = {status: HealthReport("zoom", status, "", 1.0).knows_states for status in HealthStatus}
    assert known == {
        HealthStatus.STARTING: False,
        HealthStatus.UP: True,
        HealthStatus.DEGRADED: True,
        HealthStatus.DOWN: False,
    }
    assert not HealthReport("zoom", HealthStatus.UP, "", 1.0, in_touch=False).knows_states
