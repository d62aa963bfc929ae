"""What the page is told, from the facts alone: no service, no clock."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from atdesk_core.policy import (
    AbsenceRule,
    DifferentPersonRule,
    LookRules,
    MeetingRule,
    PauseReason,
    PauseRule,
    PhoneRule,
    SitePolicy,
    StillsRule,
)
from atdesk_core.runtime.consent_words import ConsentTable, ConsentTexts
from atdesk_core.runtime.own_page import Kept, Own, me
from atdesk_core.runtime.own_policy import sentences
from atdesk_core.runtime.profile import Profile
from atdesk_core.session import Facts, Session, ShiftNow, new_session
from atdesk_core.session.parts import Claim, Episode, Video
from atdesk_core.store import FlagRow
from atdesk_sdk import (
    AccountRef,
    AgentState,
    ConfigError,
    FindingKind,
    Interaction,
    Meeting,
    Presence,
    Routing,
    StreamKey,
)

NOW = 1_790_000_000.0
ACCOUNT = AccountRef("genesys", "acme", "1")
KEY = StreamKey("zoom", "s", "p")
TEAM_ROOM = Meeting("900", "900", participants=8, outside_guests=False, people_told=True)
POLICY = SitePolicy(
    site="home",
    accountable="A. Person",
    looks=LookRules(while_presence=frozenset(Presence)),
    meetings=(MeetingRule(id="900", purpose="team room"),),
)
PROFILE = Profile("ann", "ref1", "Ann", "en", "north", "home", "Europe/Madrid", {}, (), ())
SHIFT = ShiftNow("s1", NOW - 3600, NOW + 3600)


def facts(policy: SitePolicy | None = POLICY, **more: object) -> Facts:
    return replace(Facts(policy, ACCOUNT, consent=True, shift=SHIFT, stopped=False), **more)  # type: ignore[arg-type]


def own(
    session: Session | None = None, known: Facts | None = None, kept: Kept | None = None, **more: object
) -> Own:
    made = Own(NOW, PROFILE, session or new_session("ann", NOW), known or facts(), kept or Kept())
    return replace(made, **more)  # type: ignore[arg-type]


def with_video(meeting: Meeting | None = TEAM_ROOM) -> Session:
    return replace(new_session("ann", NOW), videos=(Video(KEY, meeting),))


def episode(kind: FindingKind = FindingKind.ABSENT, **more: object) -> Episode:
    made = Episode(kind, NOW - 20, NOW - 20, NOW - 15, 1.0, "notice-1", told_at=NOW - 10, reached=True)
    return replace(made, **more)  # type: ignore[arg-type]


def flag(finding: str = "absent", rule: str = "absence", **more: object) -> FlagRow:
    made = FlagRow("K7Q2AB", "ann", rule, finding, "raised", NOW - 90, NOW - 60, "north", 1.0, "abc", True)
    return replace(made, **more)  # type: ignore[arg-type]


class TestWhyNoLook:
    @pytest.mark.parametrize(
        ("session", "known", "code"),
        [
            (with_video(), facts(), ""),
            (new_session("ann", NOW), facts(), "no_video"),
            (with_video(), facts(stopped=True), "stopped"),
            (with_video(), facts(None), "no_policy"),
            (with_video(), facts(consent=False), "no_consent"),
            (with_video(), facts(shift=None), "off_shift"),
            (with_video(), facts(silent_since=((ACCOUNT, NOW - 5),)), "authority_down"),
            (with_video(), facts(policy_signed=False), "policy_not_signed"),
            (with_video(), facts(POLICY.model_copy(update={"camera": False})), "camera_forbidden"),
            (replace(with_video(), support_pause=True), facts(), "paused"),
            (with_video(replace(TEAM_ROOM, participants=2)), facts(), "one_to_one"),
            (with_video(replace(TEAM_ROOM, meeting_id="1", series_id="1")), facts(), "meeting_not_listed"),
            (with_video(None), facts(), "page_not_allowed"),
        ],
    )
    def test_it_is_said_in_plain_words(self, session: Session, known: Facts, code: str) -> None:
        told = me(own(session, known))
        assert told["why_no_look_code"] == code
        assert bool(told["why_no_look"]) is bool(code)

    def test_in_the_language_of_the_agent(self) -> None:
        told = me(own(known=facts(consent=False), profile=replace(PROFILE, language="fr-CA")))
        assert told["why_no_look"] == "Vous n'avez pas donné votre accord : rien ne vous regarde."

    def test_what_nobody_has_told_of_is_no_state_that_the_agent_chose(self) -> None:
        chosen = POLICY.model_copy(update={"looks": LookRules()})
        told = me(own(with_video(), facts(chosen)))
        assert told["why_no_look"].startswith("Your console does not tell us how you are right now")
        away = replace(with_video(), states=(shown(ACCOUNT, Presence.AWAY),))
        told = me(own(away, facts(chosen)))
        assert told["why_no_look"] == "In the state that you have chosen nobody looks at you."


def shown(account: AccountRef, presence: Presence) -> AgentState:
    return AgentState(account, presence, Routing.UNKNOWN, Interaction.NONE, NOW - 60, "test", "r1")


class TestABreakInOneOfSeveralConsoles:
    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("en", "Your status in Teams is a break or a meal."),
            ("es", "Su estado en Teams es un descanso o una comida."),
            ("fr", "Votre statut dans Teams est une pause ou un repas."),
        ],
    )
    def test_it_says_in_which(self, language: str, text: str) -> None:
        teams = AccountRef("teams", "acme", "2")
        states = (shown(ACCOUNT, Presence.AVAILABLE), shown(teams, Presence.BREAK))
        told = me(own(replace(with_video(), states=states), profile=replace(PROFILE, language=language)))
        assert told["paused"]["by"] == "state"
        assert told["paused"]["text"].startswith(text)

    def test_in_the_one_that_counts_it_need_not(self) -> None:
        told = me(own(replace(with_video(), states=(shown(ACCOUNT, Presence.MEAL),))))
        assert told["paused"]["text"].startswith("Your status in the console is a break or a meal.")


class TestNotices:
    def test_a_countdown_runs_from_the_first_notice_that_arrived(self) -> None:
        (notice,) = me(own(replace(with_video(), episodes=(episode(),))))["notices"]
        assert notice["lead_sees_at"] == NOW - 10 + POLICY.absence.agent_first_s
        assert notice["can"] == ["back", "pause", "break", "wrong"]

    def test_as_long_as_nobody_was_reached_none_runs(self) -> None:
        (notice,) = me(own(replace(with_video(), episodes=(episode(told_at=None),))))["notices"]
        assert notice["lead_sees_at"] is None

    def test_where_the_state_is_left_alone_the_flag_is_the_first_that_a_lead_sees(self) -> None:
        (notice,) = me(own(replace(with_video(), episodes=(episode(disputed=True),))))["notices"]
        assert notice["lead_sees_at"] == NOW - 20 + POLICY.absence.min_flag_s
        assert "wrong" not in notice["can"]

    def test_nothing_of_somebody_else_in_the_seat_and_nothing_of_shadow_mode(self) -> None:
        hidden = (episode(FindingKind.DIFFERENT_PERSON), episode(FindingKind.PHONE, shadow=True))
        assert me(own(replace(with_video(), episodes=hidden)))["notices"] == []


class TestFlags:
    def test_one_can_be_disputed_for_as_long_as_the_policy_says(self) -> None:
        (told,) = me(own(kept=Kept(flags=(flag(),))))["flags"]
        assert told["disputable_until"] == NOW - 60 + POLICY.review.dispute_days * 86_400
        assert told["text"] == "Nobody at the desk"
        (old,) = me(own(kept=Kept(flags=(flag(raised_at=NOW - 90 * 86_400),))))["flags"]
        assert old["disputable_until"] is None

    @pytest.mark.parametrize(("more", "shown"), [({}, 0), ({"returned_at": NOW}, 1), ({"closed_at": NOW}, 1)])
    def test_one_about_somebody_else_shows_once_it_is_over(self, more: dict[str, float], shown: int) -> None:
        kept = Kept(flags=(flag("different_person", "different_person", **more),))
        assert len(me(own(kept=kept))["flags"]) == shown


class TestQueue:
    def test_it_is_offered_after_an_away_of_ours_alone(self) -> None:
        claim = Claim(ACCOUNT, "r", NOW - 60, NOW + 600)
        away = replace(new_session("ann", NOW), claim=claim)
        assert me(own(away, can_queue=True))["offer_queue"]
        assert not me(own(away, can_queue=False))["offer_queue"]
        assert not me(own(can_queue=True))["offer_queue"]
        assert me(own(can_queue=True, away_ended_at=NOW - 60))["offer_queue"]
        assert not me(own(can_queue=True, away_ended_at=NOW - 3600))["offer_queue"]
        assert not me(own(replace(away, support_pause=True), can_queue=True))["offer_queue"]


class TestSentences:
    def told(self, policy: SitePolicy, language: str = "en") -> str:
        return " ".join(sentences(policy, language, "Europe/Madrid", NOW))

    def test_what_is_off_is_not_talked_of(self) -> None:
        quiet = POLICY.model_copy(
            update={
                "absence": AbsenceRule(enabled=False),
                "different_person": DifferentPersonRule(enabled=False),
            }
        )
        told = self.told(quiet)
        assert "Nobody at the desk" not in told
        assert "No face is compared with anything." in told

    def test_what_is_on_is(self) -> None:
        full = POLICY.model_copy(
            update={
                "phone": PhoneRule(enabled=True, agent_first_s=90),
                "stills": StillsRule(enabled=True, life_days=3),
                "pause": PauseRule(reason=PauseReason.CATEGORY),
                "looks": LookRules(page=True),
                "shadow_until": NOW + 86_400,
            }
        )
        told = self.told(full)
        for part in (
            "A phone: you are told first",
            "90 seconds",
            "3 days",
            "by a category",
            "only tried out",
        ):
            assert part in told
        assert "Never while you are in a meeting or in a customer call." in told

    def test_where_no_camera_is_allowed_that_comes_first(self) -> None:
        told = sentences(POLICY.model_copy(update={"camera": False}), "es", "UTC", NOW)
        assert told[0] == "No se analiza ninguna imagen de cámara suya."


class TestConsentText:
    def test_the_operators_own(self, tmp_path: Path) -> None:
        (tmp_path / "en.txt").write_text("Do you agree? Or {alternative}.")
        table = ConsentTable.model_validate(
            {"version": "works-council-2", "text": {"en": "en.txt"}, "alternative": {"en": "a call"}}
        )
        shown = ConsentTexts(table.beside(tmp_path)).shown("fr")
        assert (shown.version, shown.language, shown.text) == (
            "works-council-2",
            "en",
            "Do you agree? Or a call.",
        )

    @pytest.mark.parametrize(
        "table", [{"version": "one"}, {"version": "1"}, {"text": {"en": "x"}}, {"version": "1 x"}, {"x": 1}]
    )
    def test_half_of_one_is_refused(self, table: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            ConsentTable.model_validate(table)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        table = ConsentTable.model_validate({"version": "2", "text": {"en": "gone.txt"}})
        with pytest.raises(ConfigError, match=r"gone\.txt"):
            ConsentTexts(table.beside(tmp_path))
