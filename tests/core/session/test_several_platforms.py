"""An agent with accounts on several platforms: the authority allows, the others tighten, one may be down."""

from dataclasses import replace

import pytest

from atdesk_core.judging import verdict
from atdesk_core.policy import DuringCalls, InputIdleRule, LookRules
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import (
    Facts,
    FactsChanged,
    NotifyAgent,
    OpenLook,
    PostFlag,
    RecordKind,
    SetState,
)
from atdesk_core.session.words import FORBIDS_S
from atdesk_sdk import (
    AccountRef,
    AgentState,
    AgentStateChanged,
    CouldNotTell,
    FindingKind,
    FlagStatus,
    Interaction,
    NoticeKind,
    PauseChanged,
    PausedBy,
    Presence,
    Routing,
    StreamKey,
    VideoOpened,
)
from tests.core.session.desk import (
    EVERY_RULE,
    FACTS,
    GENESYS,
    KEY,
    MEETING,
    POLICY,
    ZOOM,
    Scene,
    camera,
    rehearse,
    scene,
    state,
)

TEAMS = AccountRef("teams", "org", "teams-1")
PAGE = AccountRef("page", "", "ann")
PAGE_KEY = StreamKey("page", "ann", "1")
LEAVES = scene((0, "agent"), (60, "nobody"))
STAYS = scene((0, "agent"))
WITH_PAGE = replace(
    FACTS, policy=POLICY.model_copy(update={"looks": LookRules(page=True)}), page_answered_at=1e9
)


def says(
    account: AccountRef,
    at: float,
    presence: Presence = Presence.AVAILABLE,
    interaction: Interaction = Interaction.NONE,
    *,
    out_of_office: bool = False,
) -> AgentStateChanged:
    """What a platform tells of an account."""
    shown = AgentState(
        account, presence, Routing.UNKNOWN, interaction, at, "test", f"{account.platform}-{at}", out_of_office
    )
    return AgentStateChanged(shown, at, at)


def opened(run: Rehearsal, since: float = 0.0, until: float = 1e9) -> list[float]:
    return [at for at, one in run.commands if isinstance(one, OpenLook) and since < at < until]


def flagged(desk: Desk) -> list[FindingKind]:
    return [one.flag.finding for _, one in desk.flags if isinstance(one, PostFlag)]


def out_of_touch(run: Rehearsal, at: float, *accounts: AccountRef) -> None:
    """From a time on the platforms of these accounts are not heard, and all others are."""

    def lose() -> None:
        run.facts = replace(run.facts, silent_since=tuple((one, at) for one in accounts))
        run.take(FactsChanged(at))

    run.call_at(at, lose)


# ---- accounts that disagree --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "presence", [Presence.OFFLINE, Presence.AWAY, Presence.BUSY, Presence.UNKNOWN, Presence.TRAINING]
)
def test_what_another_platform_shows_is_neither_presence_nor_absence(presence: Presence) -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(5.0, says(TEAMS, 5.0, presence))
    run.run(400)
    plain, plain_desk = rehearse(LEAVES)
    plain.run(400)
    assert desk.states == plain_desk.states
    assert [at for at, _ in desk.notices] == [at for at, _ in plain_desk.notices]
    assert opened(run) == opened(plain)


@pytest.mark.parametrize("presence", [Presence.OFFLINE, Presence.BUSY, Presence.AWAY, Presence.UNKNOWN])
def test_no_other_platform_makes_up_for_the_authority(presence: Presence) -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(5.0, state(desk, 5.0, presence))
    run.send_at(6.0, says(TEAMS, 6.0, Presence.AVAILABLE))
    run.send_at(7.0, says(ZOOM, 7.0, Presence.ON_QUEUE, Interaction.CUSTOMER_CALL))
    run.run(400)
    assert opened(run, since=5.0) == []
    assert (desk.states, desk.flags) == ([], [])


@pytest.mark.parametrize("presence", [Presence.BREAK, Presence.MEAL])
def test_a_break_elsewhere_is_a_break_whatever_all_others_show(presence: Presence) -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(20.0, says(TEAMS, 20.0, presence))
    run.send_at(21.0, says(ZOOM, 21.0, Presence.AVAILABLE))
    run.send_at(22.0, state(desk, 22.0, Presence.ON_QUEUE))
    run.run(300)
    assert opened(run, since=20.0) == []
    run.send_at(301, says(TEAMS, 301))
    run.run(330)
    assert opened(run, since=301)


@pytest.mark.parametrize("account", [ZOOM, TEAMS])
def test_a_call_elsewhere_is_not_disturbed_and_is_no_reason_for_a_look(account: AccountRef) -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(20.0, says(account, 20.0, Presence.BUSY, Interaction.CUSTOMER_CALL))
    run.send_at(400.0, says(account, 400.0))
    run.run(399)
    reasons = {one.reason.value for _, one in run.commands if isinstance(one, OpenLook)}
    assert "call_started" not in reasons
    assert (desk.states, desk.flags) == ([], [])
    run.run(500)
    assert [at for at, _ in desk.states] >= [400.0]


def test_a_meeting_elsewhere_closes_the_page_and_not_the_listed_meeting() -> None:
    at_page = Rehearsal("ann", WITH_PAGE, camera(STAYS), Desk(GENESYS))
    at_page.send_at(1.0, VideoOpened(PAGE_KEY, PAGE, None, 1.0, 1.0))
    in_meeting, _ = rehearse(STAYS)
    for run in (at_page, in_meeting):
        run.send_at(50.0, says(TEAMS, 50.0, Presence.MEETING, Interaction.MEETING))
        run.run(200)
        assert opened(run, until=50.0)
    assert opened(at_page, since=50.0) == []
    assert opened(in_meeting, since=50.0)


def test_who_is_out_of_office_anywhere_is_not_made_away() -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(5.0, says(TEAMS, 5.0, Presence.AVAILABLE, out_of_office=True))
    run.run(400)
    assert desk.states == []
    assert flagged(desk) == [FindingKind.ABSENT]


# ---- the meeting that carries our frames is no call --------------------------------------------------------


def in_a_teams_meeting(at_desk: Scene, facts: Facts) -> tuple[Rehearsal, Desk]:
    """Frames come out of a meeting in Teams, which shows it as a call."""
    desk = Desk(GENESYS)
    run = Rehearsal("ann", facts, camera(at_desk), desk)
    run.send_at(1.0, VideoOpened(KEY, TEAMS, MEETING, 1.0, 1.0))
    run.send_at(2.0, says(TEAMS, 2.0, Presence.BUSY, Interaction.CUSTOMER_CALL))
    return run, desk


def test_where_a_platform_cannot_tell_the_meeting_that_carries_our_frames_is_no_call() -> None:
    run, desk = in_a_teams_meeting(LEAVES, replace(FACTS, vague_accounts=frozenset({TEAMS})))
    run.run(300)
    assert [presence for _, presence in desk.states] == [Presence.AWAY]
    assert flagged(desk) == [FindingKind.ABSENT]


def test_where_it_can_tell_a_call_is_a_call() -> None:
    run, desk = in_a_teams_meeting(LEAVES, FACTS)
    run.run(300)
    assert (desk.states, desk.flags) == ([], [])


@pytest.mark.parametrize(
    ("account", "live"), [(TEAMS, Interaction.AFTER_CALL), (ZOOM, Interaction.CUSTOMER_CALL)]
)
def test_after_call_work_and_another_accounts_call_are_no_meeting(
    account: AccountRef, live: Interaction
) -> None:
    facts = replace(FACTS, vague_accounts=frozenset({TEAMS, ZOOM}))
    run, desk = in_a_teams_meeting(LEAVES, facts)
    run.send_at(3.0, says(account, 3.0, Presence.BUSY, live))
    run.run(300)
    assert (desk.states, desk.flags) == ([], [])


# ---- keyboard and mouse ------------------------------------------------------------------------------------

SILENCE_ALONE = EVERY_RULE.model_copy(
    update={
        "absence": POLICY.absence.model_copy(update={"enabled": False}),
        "input_idle": InputIdleRule(enabled=True, agent_first_s=30, idle_s=60, only_with_empty_seat=False),
    }
)


@pytest.mark.parametrize(
    ("promise", "genesys", "teams", "found"),
    [
        ({GENESYS, TEAMS}, Presence.IDLE, Presence.IDLE, True),
        ({GENESYS, TEAMS}, Presence.AVAILABLE, Presence.IDLE, False),
        ({GENESYS, TEAMS}, Presence.IDLE, Presence.AVAILABLE, False),
        ({GENESYS, TEAMS}, Presence.IDLE, Presence.OFFLINE, True),
        ({GENESYS, TEAMS}, Presence.IDLE, Presence.AWAY, True),
        ({TEAMS}, Presence.AVAILABLE, Presence.IDLE, True),
        ({GENESYS}, Presence.AVAILABLE, Presence.IDLE, False),
        ({GENESYS}, Presence.IDLE, Presence.AVAILABLE, True),
        (set(), Presence.AVAILABLE, Presence.IDLE, False),
    ],
)
def test_only_a_silence_everywhere_is_one(
    promise: set[AccountRef], genesys: Presence, teams: Presence, found: bool
) -> None:
    """An Away says nothing of keyboard and mouse, and takes no silence away."""
    run, desk = rehearse(
        scene((0, "off")), replace(FACTS, policy=SILENCE_ALONE, idle_accounts=frozenset(promise))
    )
    run.send_at(5.0, says(TEAMS, 5.0, Presence.AVAILABLE))
    run.send_at(20.0, state(desk, 20.0, genesys))
    run.send_at(21.0, says(TEAMS, 21.0, teams))
    run.run(400)
    assert (flagged(desk) == [FindingKind.INPUT_IDLE]) is found


# ---- the authority is down ---------------------------------------------------------------------------------


def test_what_the_authority_allowed_is_void_at_once_and_counts_again_when_it_is_back() -> None:
    run, desk = rehearse(LEAVES)
    run.run(61.0)
    assert run.session.look is not None
    out_of_touch(run, 61.5, GENESYS)
    run.run(61.5)
    assert run.session.look is None
    assert verdict(run.session.judge).reason is CouldNotTell.ADAPTER_DOWN
    run.run(400)
    assert opened(run, since=61.5) == []
    assert (desk.notices, desk.states, desk.flags) == ([], [], [])
    out_of_touch(run, 401)
    run.run(600)
    assert opened(run, since=401)
    assert [presence for _, presence in desk.states] == [Presence.AWAY]


def test_what_was_being_decided_ends_and_does_not_go_on_where_it_was() -> None:
    run, desk = rehearse(LEAVES)
    out_of_touch(run, 80.0, GENESYS)
    out_of_touch(run, 85.0)
    run.run(79)
    assert [one.kind for _, one in desk.notices] == [NoticeKind.ABSENT]
    run.run(400)
    told = [at for at, one in desk.notices if one.kind is NoticeKind.ABSENT]
    ((away, _),) = desk.states
    assert told[1] > 85.0
    assert away >= told[1] + POLICY.absence.agent_first_s


def test_an_away_of_ours_stands_meanwhile_and_is_taken_back_afterwards() -> None:
    run, desk = rehearse(scene((0, "agent"), (60, "nobody"), (200, "agent")))
    out_of_touch(run, 150.0, GENESYS)
    run.run(149)
    assert run.session.claim is not None
    run.run(400)
    assert [presence for _, presence in desk.states] == [Presence.AWAY]
    assert run.session.claim is not None
    out_of_touch(run, 401)
    run.run(440)
    assert [presence for _, presence in desk.states] == [Presence.AWAY, Presence.AVAILABLE]


def test_a_flag_that_stands_is_not_touched_by_an_outage() -> None:
    run, _ = rehearse(LEAVES)
    run.run(250)
    (flag,) = run.session.flags
    out_of_touch(run, 251, GENESYS)
    run.run(600)
    assert run.session.flags == (flag,)
    assert flag.status is FlagStatus.RAISED


def test_a_flag_that_waits_for_the_end_of_a_call_waits_for_the_authority_too() -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(100.0, says(TEAMS, 100.0, Presence.BUSY, Interaction.CUSTOMER_CALL))
    policy = POLICY.model_copy(
        update={"absence": POLICY.absence.model_copy(update={"during_calls": DuringCalls.FLAG_AFTER})}
    )
    run.facts = replace(run.facts, policy=policy)
    run.run(300)
    assert run.session.owed is not None
    out_of_touch(run, 301, GENESYS)
    run.send_at(310, says(TEAMS, 310))
    run.run(400)
    assert desk.flags == []
    out_of_touch(run, 401)
    run.run(402)
    assert flagged(desk) == [FindingKind.ABSENT]


def test_an_away_of_ours_is_taken_back_where_it_stands_when_another_authority_counts() -> None:
    run, desk = rehearse(LEAVES)
    run.run(150)
    claim = run.session.claim
    assert claim is not None
    run.facts = replace(run.facts, authority=TEAMS)
    run.take(FactsChanged(151))
    (asked,) = [one for at, one in run.commands if isinstance(one, SetState) and at >= 150]
    assert (asked.account, asked.to, asked.expected) == (GENESYS, Presence.AVAILABLE, claim.revision)
    run.run(400)
    assert [presence for _, presence in desk.states] == [Presence.AWAY, Presence.AVAILABLE]
    assert run.session.claim is None


def test_where_nothing_can_be_written_an_absence_is_flagged_alone() -> None:
    run, desk = rehearse(LEAVES, replace(FACTS, can_write=False))
    run.run(300)
    assert run.session.write is None
    assert not [one for one in run.records if one.kind is RecordKind.STATE_WRITE]
    assert flagged(desk) == [FindingKind.ABSENT]
    assert [one.kind for _, one in desk.notices if isinstance(one, NotifyAgent)] == [NoticeKind.ABSENT]


# ---- another platform is down ------------------------------------------------------------------------------


def on_a_break_in_teams_that_is_down() -> tuple[Rehearsal, Desk]:
    run, desk = rehearse(STAYS)
    run.send_at(20.0, says(TEAMS, 20.0, Presence.BREAK))
    out_of_touch(run, 30.0, TEAMS)
    return run, desk


def test_what_it_forbade_stands_for_an_hour_and_then_says_nothing() -> None:
    run, _ = on_a_break_in_teams_that_is_down()
    run.run(30 + FORBIDS_S - 1)
    assert opened(run, since=20.0) == []
    run.run(30 + FORBIDS_S + 30)
    assert opened(run, since=30 + FORBIDS_S)


def test_what_lapsed_counts_again_when_it_is_back_and_has_nothing_new_to_say() -> None:
    run, _ = on_a_break_in_teams_that_is_down()
    back = 30 + FORBIDS_S + 100
    out_of_touch(run, back)
    run.run(back + 200)
    assert opened(run, since=30 + FORBIDS_S, until=back)
    assert opened(run, since=back) == []


def test_who_goes_back_to_work_at_the_authority_has_ended_it() -> None:
    run, desk = on_a_break_in_teams_that_is_down()
    run.send_at(100.0, state(desk, 100.0, Presence.ON_QUEUE))
    run.run(150)
    assert opened(run, since=100.0)


def test_while_it_is_heard_nobody_but_itself_ends_it() -> None:
    run, desk = rehearse(STAYS)
    run.send_at(20.0, says(TEAMS, 20.0, Presence.BREAK))
    run.send_at(100.0, state(desk, 100.0, Presence.ON_QUEUE))
    out_of_touch(run, 110.0, TEAMS)
    run.run(300)
    assert opened(run, since=20.0) == []


def test_a_word_that_comes_nonetheless_counts_from_then_on() -> None:
    run, _ = on_a_break_in_teams_that_is_down()
    again = 30 + FORBIDS_S + 50
    run.send_at(again, says(TEAMS, again, Presence.MEAL))
    run.run(again + 300)
    assert opened(run, since=again) == []


def test_a_call_that_a_platform_showed_before_it_went_down_is_not_disturbed() -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(20.0, says(TEAMS, 20.0, Presence.BUSY, Interaction.CUSTOMER_CALL))
    out_of_touch(run, 30.0, TEAMS)
    run.run(30 + FORBIDS_S - 1)
    assert (desk.states, desk.flags) == ([], [])


# ---- pauses that were asked for ----------------------------------------------------------------------------


def pause(account: AccountRef, at: float, by: PausedBy, *, paused: bool) -> PauseChanged:
    return PauseChanged(account, paused, by, at, at)


def test_a_stream_that_is_started_again_does_not_lift_a_pause_on_the_page() -> None:
    run, _ = rehearse(STAYS)
    run.send_at(20.0, pause(PAGE, 20.0, PausedBy.AGENT, paused=True))
    run.send_at(30.0, pause(ZOOM, 30.0, PausedBy.HOST, paused=True))
    run.send_at(40.0, pause(ZOOM, 40.0, PausedBy.HOST, paused=False))
    run.run(39)
    said = [run.session.paused_by]
    run.run(200)
    said.append(run.session.paused_by)
    assert said == [PausedBy.HOST, PausedBy.AGENT]  # what is not the agent's to lift is said first
    assert opened(run, since=20.0) == []


def test_the_agent_lifts_a_pause_of_their_own_from_anywhere_and_nobody_elses() -> None:
    run, _ = rehearse(STAYS)
    run.send_at(20.0, pause(ZOOM, 20.0, PausedBy.AGENT, paused=True))
    run.send_at(25.0, pause(ZOOM, 25.0, PausedBy.ADMIN, paused=True))
    run.send_at(30.0, pause(TEAMS, 30.0, PausedBy.AGENT, paused=False))
    run.run(100)
    assert run.session.paused_by is PausedBy.ADMIN
    run.send_at(101.0, pause(ZOOM, 101.0, PausedBy.ADMIN, paused=False))
    run.run(130)
    assert opened(run, since=101.0)
