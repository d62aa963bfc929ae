"""Others only tighten: no event of another platform's account gives a look, notice, write or flag.

Stated one step at a time, over every state that random stories reach (docs/platforms-together.md): what is
done now is among what would be done with the words of all other accounts forgotten; such a word acts by what
it says now and leaves nothing behind; and one that forbids nothing changes nothing at all.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from atdesk_core.policy import LookRules
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import (
    Command,
    Facts,
    Input,
    NotifyAgent,
    OpenLook,
    PostFlag,
    Record,
    RecordKind,
    Session,
    SetState,
    Woke,
    dump,
    new_session,
    step,
)
from atdesk_core.session.inputs import time_of
from atdesk_sdk import (
    AccountRef,
    AgentState,
    AgentStateChanged,
    Interaction,
    PauseChanged,
    PausedBy,
    Presence,
    Routing,
    StreamKey,
    VideoClosed,
    VideoOpened,
)
from atdesk_sdk.findings import CouldNotTell
from tests.core.session.desk import EVERY_RULE, FACTS, GENESYS, KEY, MEETING, ZOOM, camera, scene

LONG_S = 300.0
TEAMS = AccountRef("teams", "org", "teams-1")
PAGE = AccountRef("page", "", "ann")
PAGE_KEY = StreamKey("page", "ann", "1")
OTHERS = (ZOOM, TEAMS)
POLICY = EVERY_RULE.model_copy(update={"looks": LookRules(page=True)})
START = replace(
    FACTS,
    policy=POLICY,
    page_answered_at=1e9,
    idle_accounts=frozenset({GENESYS, TEAMS}),
    vague_accounts=frozenset({TEAMS}),
)
SCENES = ["agent", "nobody", "nobody", "other", "phone", "dark", "off"]
# Words that forbid nothing. Idle is none of them: it is a report about the keyboard.
NEUTRAL = (Presence.AVAILABLE, Presence.ON_QUEUE, Presence.BUSY, Presence.TRAINING, Presence.AWAY)
MUTE = (Presence.OFFLINE, Presence.UNKNOWN)


@dataclass(frozen=True)
class Word:
    """What an account shows from a time on."""

    at: float
    account: AccountRef
    presence: Presence
    interaction: Interaction = Interaction.NONE
    out_of_office: bool = False

    def event(self) -> AgentStateChanged:
        state = AgentState(
            self.account,
            self.presence,
            Routing.UNKNOWN,
            self.interaction,
            self.at,
            "story",
            f"{self.account.platform}-{self.at}",
            self.out_of_office,
        )
        return AgentStateChanged(state, self.at, self.at)


TIMES = st.floats(2, LONG_S)
ANY_WORDS = st.lists(
    st.builds(
        Word,
        TIMES,
        st.sampled_from(OTHERS),
        st.sampled_from(list(Presence)),
        st.sampled_from(list(Interaction)),
        st.booleans(),
    ),
    max_size=6,
)
OWN = ("break", "available", "on_queue", "idle", "away", "call", "free", "pause", "resume")
VIDEO = ("video_off", "video_on", "page_off", "page_on")
OUTAGES = ("genesys_down", "teams_down", "zoom_down", "all_back")
HAPPENINGS = st.lists(st.tuples(TIMES, st.sampled_from((*OWN, *VIDEO, *OUTAGES))), max_size=8)
PARTS = st.lists(st.tuples(st.sampled_from(SCENES), st.floats(5, 200)), min_size=1, max_size=5)

Step = tuple[Session, Input, Facts, Session, tuple[Command, ...]]
"""Before, what happened, the facts, after, and what was asked for."""


class Kept(Rehearsal):
    """A rehearsal that keeps each of its steps."""

    steps: list[Step]

    def take(self, event: Input) -> None:
        before, so_far = self.session, len(self.commands)
        super().take(event)
        commands = tuple(command for _, command in self.commands[so_far:])
        self.steps.append((before, event, self.facts, self.session, commands))


def story(
    parts: list[tuple[str, float]],
    happenings: list[tuple[float, str]],
    words: list[Word],
    facts: Facts = START,
) -> Kept:
    """A whole story; the words of other accounts come in between."""
    at, pieces = 0.0, []
    for what, length in parts:
        pieces.append((at, what))
        at += length
    desk = Desk(GENESYS)
    run = Kept("ann", facts, camera(scene(*pieces)), desk)
    run.steps = []
    run.send_at(1.0, VideoOpened(KEY, ZOOM, MEETING, 1.0, 1.0))
    run.send_at(1.0, VideoOpened(PAGE_KEY, PAGE, None, 1.0, 1.0))
    for when, what in happenings:
        run.call_at(when, _does(run, desk, what))
    for word in words:
        run.send_at(word.at, word.event())
    run.run(LONG_S)
    return run


def _does(run: Rehearsal, desk: Desk, what: str) -> Callable[[], None]:
    def do() -> None:
        at = run.now
        if what in OUTAGES:
            run.facts = replace(run.facts, silent_since=_silent(run.facts, what, at))
            run.take(Woke(at))
        elif what in ("pause", "resume"):
            run.take(PauseChanged(PAGE, what == "pause", PausedBy.AGENT, at, at))
        elif what in VIDEO:
            run.take(_of_video(what, at))
        else:
            run.take(_own_state(desk, what, at))

    return do


def _silent(facts: Facts, what: str, at: float) -> tuple[tuple[AccountRef, float], ...]:
    if what == "all_back":
        return ()
    account = {"genesys_down": GENESYS, "teams_down": TEAMS, "zoom_down": ZOOM}[what]
    return (*(one for one in facts.silent_since if one[0] != account), (account, at))


def _of_video(what: str, at: float) -> Input:
    key, account, meeting = (PAGE_KEY, PAGE, None) if what.startswith("page") else (KEY, ZOOM, MEETING)
    if what.endswith("on"):
        return VideoOpened(key, account, meeting, at, at)
    return VideoClosed(key, CouldNotTell.NO_SIGNAL, at, at)


def _own_state(desk: Desk, what: str, at: float) -> Input:
    if what in ("call", "free"):
        live = Interaction.CUSTOMER_CALL if what == "call" else Interaction.NONE
        desk.state = replace(desk.state, interaction=live)
    else:
        desk.state = replace(desk.state, presence=Presence(what), since=at, revision=f"own-{at}")
    return AgentStateChanged(desk.state, at, at)


def forgetting(session: Session, facts: Facts) -> Session:
    """The same session if no other account had ever said how it is."""
    mine = (facts.authority, PAGE)
    return replace(
        session,
        states=tuple(one for one in session.states if one.account in mine),
        hearing=replace(
            session.hearing,
            heard=tuple(one for one in session.hearing.heard if one[0] in mine),
            lapsed=(),
        ),
        silences=tuple(one for one in session.silences if one.account in mine),
    )


def acts(commands: tuple[Command, ...]) -> Counter[tuple[object, ...]]:
    """Looks, notices, writes and flags, without the numbers that they happen to bear."""
    found: list[tuple[object, ...]] = []
    for one in commands:
        match one:
            case OpenLook():
                found.append(("look", one.key, one.reason))
            case NotifyAgent():
                found.append(("notice", one.kind))
            case SetState():
                found.append(("write", one.account, one.to, one.expected))
            case PostFlag():
                found.append(("flag", one.flag.rule))
            case _:
                pass
    return Counter(found)


def in_place_of_a_write(would: tuple[Command, ...]) -> Counter[tuple[object, ...]]:
    """An Away that others forbid is not written; its absence is flagged at its time, as if it had been."""
    writes = any(isinstance(one, SetState) and one.to is Presence.AWAY for one in would)
    return Counter([("flag", "absence")] if writes else [])


def is_word(event: Input, facts: Facts) -> bool:
    """Whether it is the state of an account that is not the authority's."""
    return isinstance(event, AgentStateChanged) and event.state.account != facts.authority


def without_others(facts: Facts) -> Facts:
    """Nothing is known of other accounts, not even that they are out of touch."""
    own = tuple(one for one in facts.silent_since if one[0] == facts.authority)
    return replace(facts, silent_since=own, idle_accounts=facts.idle_accounts & {facts.authority})


@settings(max_examples=60, deadline=None)
@given(PARTS, HAPPENINGS, ANY_WORDS)
def test_what_is_done_would_be_done_without_the_others(
    parts: list[tuple[str, float]], happenings: list[tuple[float, str]], words: list[Word]
) -> None:
    for before, event, facts, _, commands in story(parts, happenings, words).steps:
        done = acts(commands)
        if not done:
            continue
        alone = Woke(time_of(event)) if is_word(event, facts) else event
        _, would = step(forgetting(before, facts), alone, without_others(facts))
        assert done <= acts(would) + in_place_of_a_write(would), event


@settings(max_examples=50, deadline=None)
@given(PARTS, HAPPENINGS, ANY_WORDS)
def test_a_word_of_another_account_acts_by_what_it_says_and_leaves_nothing_behind(
    parts: list[tuple[str, float]], happenings: list[tuple[float, str]], words: list[Word]
) -> None:
    for before, event, facts, after, commands in story(parts, happenings, words).steps:
        if not isinstance(event, AgentStateChanged) or not is_word(event, facts):
            continue
        account, now = event.state.account, max(before.now, event.received_at)
        stands = replace(
            before,
            states=(*(one for one in before.states if one.account != account), event.state),
            hearing=replace(
                before.hearing,
                heard=(*(one for one in before.hearing.heard if one[0] != account), (account, now)),
            ),
            silences=after.silences if account in facts.idle_accounts else before.silences,
        )
        later, passed = step(stands, Woke(now), facts)
        assert dump(later) == dump(after)
        assert passed == tuple(one for one in commands if not _says_so(one))


def _says_so(command: Command) -> bool:
    return isinstance(command, Record) and command.kind is RecordKind.STATE_SEEN


@settings(max_examples=50, deadline=None)
@given(
    PARTS,
    HAPPENINGS,
    st.lists(st.builds(Word, TIMES, st.sampled_from(OTHERS), st.sampled_from((*NEUTRAL, *MUTE))), max_size=6),
)
def test_a_word_that_forbids_nothing_changes_nothing(
    parts: list[tuple[str, float]], happenings: list[tuple[float, str]], words: list[Word]
) -> None:
    """Input is left out: that somebody is at work in Teams does say something about keyboard and mouse."""
    facts = replace(START, idle_accounts=frozenset({GENESYS}))
    whole = story(parts, happenings, words, facts)
    alone = story(parts, happenings, [], facts)
    assert [one for one in whole.commands if not _says_so(one[1])] == [
        one for one in alone.commands if not _says_so(one[1])
    ]


@settings(max_examples=40, deadline=None)
@given(PARTS, HAPPENINGS, ANY_WORDS, st.sampled_from(OTHERS), st.floats(20, 200))
def test_while_another_platform_shows_a_break_nothing_at_all_is_done(
    parts: list[tuple[str, float]],
    happenings: list[tuple[float, str]],
    words: list[Word],
    account: AccountRef,
    began: float,
) -> None:
    """The others may say what they like meanwhile, and so may the authority."""
    ends = [one.at for one in words if one.account == account and one.at >= began]
    assume(all(what not in OUTAGES for _, what in happenings))
    run = story(parts, happenings, [*words, Word(began, account, Presence.MEAL)])
    over = min(ends, default=LONG_S)
    done = [
        act
        for before, event, _, _, commands in run.steps
        if began < max(before.now, time_of(event)) < over
        for act in acts(commands)
        if act[0] != "write" and act != ("notice", "restored") and act[1:2] != ("made_away",)
    ]
    assert done == []


@settings(max_examples=60, deadline=None)
@given(PARTS, HAPPENINGS, ANY_WORDS)
def test_while_the_authority_is_out_of_touch_no_look_is_open_and_nothing_is_decided(
    parts: list[tuple[str, float]], happenings: list[tuple[float, str]], words: list[Word]
) -> None:
    for before, event, facts, after, commands in story(parts, happenings, words).steps:
        if not facts.authority_silent:
            continue
        assert after.look is None
        assert after.episodes == ()
        begun = [one for one in acts(commands) if one[0] in ("look", "flag") or Presence.AWAY in one]
        assert begun == []
        told = [one.kind.value for one in commands if isinstance(one, NotifyAgent)]
        assert set(told) <= {"made_away", "restored", "video_ended_while_away"}, (before.now, event)


@pytest.mark.parametrize("kind", ["look", "notice", "write", "flag"])
def test_the_stories_are_not_empty(kind: str) -> None:
    """Such a story does look, tell, write and flag, with the others saying what they say."""
    words = [Word(5.0, TEAMS, Presence.AWAY), Word(6.0, ZOOM, Presence.AVAILABLE, Interaction.MEETING)]
    run = story([("agent", 60.0), ("nobody", LONG_S)], [], words)
    done = [act[0] for *_, commands in run.steps for act in acts(commands)]
    assert kind in done


def test_the_first_property_can_fail() -> None:
    """What caused a look before there was such a rule: a call that another platform shows."""
    session, _ = step(new_session("ann", 0.0), Word(0.0, GENESYS, Presence.AVAILABLE).event(), START)
    session, _ = step(session, VideoOpened(KEY, ZOOM, MEETING, 1.0, 1.0), START)
    session = replace(session, look=None, trigger=None, next_look_at=1e9, seen_at=None)
    _, commands = step(session, Word(9.0, TEAMS, Presence.BUSY, Interaction.CUSTOMER_CALL).event(), START)
    assert acts(commands) == Counter()
    _, own = step(session, Word(9.0, GENESYS, Presence.AVAILABLE, Interaction.CUSTOMER_CALL).event(), START)
    assert [kind for kind, *_ in acts(own)] == ["look"]
