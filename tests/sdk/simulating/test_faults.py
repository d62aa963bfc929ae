"""Faults of the HTTP side: which request one strikes, how often, and which are refused."""

from dataclasses import dataclass
from typing import Any

import pytest

from atdesk_sdk.simulating.faults import HttpFault, HttpFaults


@dataclass(slots=True)
class _Fault(HttpFault):
    """A kind with something of its own."""

    user: str | None = None


@pytest.fixture
def faults() -> HttpFaults[_Fault]:
    return HttpFaults(_Fault)


def test_it_strikes_what_matches_as_often_as_said_then_it_is_gone(faults: HttpFaults[_Fault]) -> None:
    fault = faults.add("POST /users/.*/away", times=2, status=503, user="mira")
    assert faults.strike("GET", "/users/1/away") is None
    assert faults.strike("POST", "/users/1/away") is fault
    assert faults.strike("POST", "/users/2/away") is fault
    assert faults.strike("POST", "/users/2/away") is None
    assert (fault.status, fault.user, faults.http) == (503, "mira", [])


def test_the_first_that_matches_strikes(faults: HttpFaults[_Fault]) -> None:
    first, second = faults.add("/a", status=500), faults.add("", status=503)
    assert [faults.strike("GET", path) for path in ("/a", "/a", "/a")] == [first, second, None]


def test_all_are_taken_away(faults: HttpFaults[_Fault]) -> None:
    faults.add("", times=1000)
    faults.clear()
    assert faults.strike("GET", "/") is None


def test_a_fault_comes_as_json(faults: HttpFaults[_Fault]) -> None:
    fault = faults.add_json({"match": "/a", "cut": "after", "late_s": 0.5, "user": "mira"})
    assert faults.http == [fault]
    assert (fault.cut, fault.late_s, fault.user) == ("after", 0.5, "mira")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"status": 503}, "a fault needs 'match' and knows no"),
        ({"match": "", "agent": "mira"}, r"knows no \['agent'\]"),
        ({"match": "("}, "'\\(' is no regular expression: missing"),
        ({"match": "", "cut": "sideways"}, "'before' or 'after', not 'sideways'"),
    ],
)
def test_a_fault_that_could_never_strike_is_refused(
    faults: HttpFaults[_Fault], body: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        faults.add_json(body)
    assert faults.http == []
