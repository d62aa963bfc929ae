"""`atdesk why`: from rows to a chain of reasons."""

import pytest

from atdesk_core.ledger import LedgerKind, Value, entry, why
from atdesk_core.ledger.sentences import sentence
from atdesk_core.store import GENESIS, LedgerRow, chained

Told = tuple[float, LedgerKind, dict[str, Value]]
K = LedgerKind

MORNING: list[Told] = [
    (10, K.STATE_SEEN, {"account": "genesys", "presence": "on_queue", "interaction": "none"}),
    (20, K.LOOK_OPENED, {"look_id": "l1", "reason": "watch", "policy": "c0ffee00c0ffee"}),
    (22, K.FINDING, {"what": "present", "since": 20.0, "confidence": 1.0}),
    (23, K.LOOK_ENDED, {"look_id": "l1", "frames": 2, "why": "complete"}),
    (50, K.LOOK_OPENED, {"look_id": "l2", "reason": "watch", "policy": "c0ffee00c0ffee"}),
    (55, K.FINDING, {"what": "absent", "since": 51.0, "confidence": 0.8}),
    (55, K.EPISODE, {"what": "begun", "finding": "absent", "since": 51.0}),
    (56, K.NOTICE, {"notice_id": "n1", "reached": True}),
    (57, K.LOOK_ENDED, {"look_id": "l2", "frames": 6, "why": "complete"}),
    (60, K.LOOK_OPENED, {"look_id": "l3", "reason": "watch", "policy": "c0ffee00c0ffee"}),
    (65, K.LOOK_ENDED, {"look_id": "l3", "frames": 6, "why": "complete"}),
    (70, K.LOOK_OPENED, {"look_id": "l4", "reason": "watch", "policy": "c0ffee00c0ffee"}),
    (75, K.LOOK_ENDED, {"look_id": "l4", "frames": 6, "why": "complete"}),
    (116, K.STATE_WRITE, {"change_id": "change_1", "to": "away", "what": "asked"}),
    (117, K.STATE_WRITE, {"change_id": "change_1", "what": "written"}),
    (117, K.CLAIM, {"what": "made", "expires_at": 15000.0}),
    (300, K.FINDING, {"what": "present", "since": 299.0, "confidence": 1.0}),
    (300, K.EPISODE, {"what": "ended", "finding": "absent", "why": "returned"}),
    (301, K.CLAIM, {"what": "restored", "why": None}),
    (900, K.LOOK_SKIPPED, {"reason": "watch", "because": "no_budget"}),
]


def rows(told: list[Told]) -> list[LedgerRow]:
    return chained([entry(kind, at, "madrid", "r", data) for at, kind, data in told], 0, GENESIS)


def texts(at: float) -> list[str]:
    return [reason.text for reason in why(rows(MORNING), at)]


def test_the_chain_leads_from_what_was_seen_to_what_was_done() -> None:
    assert texts(120.0) == [
        "genesys showed on queue",
        "a look was opened, reason watch, under policy c0ffee00c0ffee",
        "found that nobody was at the desk (80% of the judged frames)",
        "decided that nobody was at the desk; the agent was to be told first",
        "the agent was told",
        "2 looks were opened (watch)",
        "it was decided to set the state to away",
        "the state was written, and the platform confirmed it",
        "the Away that stands is ours from now on",
    ]


def test_what_came_later_is_no_reason() -> None:
    assert texts(56.0)[-1] == "the agent was told"
    assert texts(5.0) == []


def test_the_chain_goes_on_through_the_return() -> None:
    assert texts(310.0)[-2:] == [
        "it was over that nobody was at the desk (returned)",
        "the state was restored to Available",
    ]


def test_an_episode_that_is_long_over_is_no_reason() -> None:
    assert texts(900.0) == [
        "genesys showed on queue",
        "a look was opened, reason watch, under policy c0ffee00c0ffee",
        "found that the agent was at the desk (100% of the judged frames)",
        "no look was opened for the regular watch: no budget",
    ]


def test_a_pause_is_why_nobody_looked() -> None:
    paused: list[Told] = [
        (1000, K.PAUSE, {"paused": True, "by": "agent"}),
        (1000, K.COULD_NOT_TELL, {"what": "stream_paused", "since": 1000.0}),
    ]
    said = [reason.text for reason in why(rows([*MORNING, *paused]), 1200.0)]
    assert said[-2:] == [
        "looks were paused by the agent",
        "could not tell who was there: stream paused; this is never held against anybody",
    ]


def test_each_reason_names_its_row() -> None:
    reasons = why(rows(MORNING), 120.0)
    assert [(reason.at, reason.seq) for reason in reasons[:3]] == [(10, 1), (50, 5), (55, 6)]


@pytest.mark.parametrize("kind", LedgerKind)
def test_every_kind_has_a_sentence_of_its_own_even_with_nothing_in_it(kind: LedgerKind) -> None:
    assert not sentence(kind, {}).startswith(f"{kind.value}:")


@pytest.mark.parametrize(
    ("kind", "data", "told"),
    [
        (K.FLAG, {"what": "raised", "number": "K7Q2", "rule": "absence"}, "flag K7Q2 was shown to the lead"),
        (K.FLAG, {"what": "expired", "number": "K7Q2"}, "flag K7Q2 expired: nothing follows"),
        (
            K.LEAD_ACTION,
            {"what": "dismiss", "number": "K7Q2", "reason": "agreed_break"},
            "dismiss (agreed break)",
        ),
        (K.LEAD_ACTION, {"what": "too_late", "number": "K7Q2"}, "came too late"),
        (K.CLAIM, {"what": "dropped", "why": "changed_by_another"}, "not ours any more (changed by another)"),
        (K.STATE_WRITE, {"what": "failed", "reason": "withheld"}, "could not be written (withheld)"),
        (K.STATE_WRITE, {"what": "new_word"}, "state write: new word"),
        (K.COULD_NOT_TELL, {"what": "too_dark"}, "could not tell who was there: too dark"),
        (K.PAUSE, {"paused": True, "by": "agent"}, "looks were paused by the agent"),
        (K.NOTICE, {"reached": False}, "no channel reached the agent"),
        (K.STORM, {"since": 1.0}, "the platform is doubted"),
        (K.STOP_ALL, {"what": "lifted"}, "lifted"),
        ("of_a_newer_version", {"n": 1}, "of_a_newer_version: n 1"),
    ],
)
def test_sentences(kind: str, data: dict[str, Value], told: str) -> None:
    assert told in sentence(kind, data)
