"""The kit is worth nothing when it lets a bad adapter pass: each fault here fails its own check."""

import logging

import pytest

from atdesk_sdk import Presence
from atdesk_sdk.testing import AdapterConformance, ScriptedAdapter
from tests.sdk import faulty
from tests.sdk.story import SIGNING_KEY, scripted_case

VIRTUAL_TIME = True
Failed = (AssertionError, pytest.fail.Exception)

FAULTS: list[tuple[str, type[ScriptedAdapter]]] = [
    ("test_it_says_what_it_is", faulty.Nameless),
    ("test_its_methods_are_coroutines", faulty.Blocking),
    ("test_capabilities_match_the_protocols", faulty.NoLooks),
    ("test_close_before_start", faulty.ClosesOnlyWhatStarted),
    ("test_close_twice_leaves_nothing", faulty.LeavesTask),
    ("test_close_twice_leaves_nothing", faulty.HangsOnSecondClose),
    ("test_close_after_failed_start", faulty.StartsWithoutVerdict),
    ("test_close_after_failed_start", faulty.LeavesTaskWhenRefused),
    ("test_health_is_its_own", faulty.ReportsAsAnother),
    ("test_follow_emits_each_state_at_once_and_once", faulty.FollowsTwice),
    ("test_a_change_is_emitted_with_a_new_revision", faulty.EmitsTwice),
    ("test_follow_means_exactly_these", faulty.FollowsForever),
    ("test_read_is_fresh", faulty.Caches),
    ("test_read_is_fresh", faulty.OneRevision),
    ("test_one_state_has_one_revision", faulty.FreshRevisions),
    ("test_an_unknown_account_is_a_verdict", faulty.RaisesKeyError),
    ("test_an_outage_is_a_verdict", faulty.DownIsUnknown),
    ("test_state_events_carry_both_times", faulty.PlatformTimeAsReceived),
    ("test_nothing_is_emitted_after_close", faulty.TalksAfterClose),
    ("test_away_is_written_and_verified", faulty.NeverWrites),
    ("test_the_echo_carries_the_receipts_revision", faulty.ReceiptOfBefore),
    ("test_another_change_carries_another_revision", faulty.PresenceAsRevision),
    ("test_an_away_of_ours_is_undone", faulty.NeverWrites),
    ("test_a_stale_wish_is_withdrawn", faulty.Rewrites),
    ("test_a_stale_wish_is_withdrawn", faulty.WithdrawsSilently),
    ("test_a_wish_that_is_no_longer_wanted_is_withdrawn", faulty.AsksAfterwards),
    ("test_still_wanted_is_asked_before_a_write", faulty.AsksAfterwards),
    ("test_a_live_call_is_not_disturbed", faulty.Rewrites),
    ("test_a_repeat_is_no_second_write", faulty.Rewrites),
    ("test_a_repeat_is_no_second_write", faulty.WithdrawsRepeats),
    ("test_a_repeat_does_not_undo_the_persons_choice", faulty.Rewrites),
    ("test_a_lost_answer_is_settled", faulty.NeverWrites),
    ("test_an_outage_while_writing_is_a_verdict", faulty.SwallowsOutages),
    ("test_an_agent_goes_back_on_queue", faulty.StaysOffQueue),
    ("test_a_sign_in_of_somebody_else_is_refused", faulty.PutsAnybodyOnQueue),
    ("test_no_sign_in_is_refused", faulty.PutsAnybodyOnQueue),
    ("test_a_sign_in_is_a_secret", faulty.LogsTheSignIn),
    ("test_a_sign_in_is_a_secret", faulty.NamesTheSignIn),
    ("test_an_outage_on_the_way_back_is_a_verdict", faulty.PutsAnybodyOnQueue),
    ("test_a_video_is_announced", faulty.ForeignKey),
    ("test_frames_stay_within_the_bounds", faulty.Floods),
    ("test_a_look_ends_in_time", faulty.Floods),
    ("test_frames_are_of_this_look_and_readable", faulty.ForeignFrames),
    ("test_frames_are_of_this_look_and_readable", faulty.WritableFrames),
    ("test_closing_ends_the_look", faulty.NeverCloses),
    ("test_the_last_frame_ends_the_look", faulty.NeverCloses),
    ("test_nobody_there_is_refused", faulty.SilentWhenOff),
    ("test_camera_off_is_refused", faulty.AlwaysNoSignal),
    ("test_a_video_that_ends_is_told", faulty.NeverTellsTheEnd),
    ("test_close_ends_a_running_look", faulty.HangsInLook),
    ("test_a_posted_flag_can_be_referred_to", faulty.PostsAsAnother),
    ("test_what_is_shown", faulty.DropsTheName),
    ("test_no_details_no_finding", faulty.LeaksTheFinding),
    ("test_a_flag_is_updated", faulty.NeverEdits),
    ("test_a_flag_is_updated", faulty.EditsAllTheSame),
    ("test_a_flag_whose_answer_was_lost", faulty.FindsNothing),
    ("test_a_flag_that_was_never_posted_is_not_found", faulty.FindsAnything),
    ("test_an_outage_while_posting_is_a_verdict", faulty.SwallowsOutages),
    ("test_a_digest_can_be_referred_to", faulty.OneDigestForAll),
    ("test_a_digest_shows_each_flag", faulty.ListsOne),
    ("test_a_digest_shows_each_flag", faulty.ListsFindings),
    ("test_a_digest_is_updated", faulty.NeverEditsDigests),
    ("test_a_digest_is_updated", faulty.EditsDigestsAllTheSame),
    ("test_an_outage_while_posting_a_digest_is_a_verdict", faulty.OneDigestForAll),
    ("test_members_are_accounts_of_the_tenant", faulty.MembersByName),
    ("test_an_outage_says_nothing_about_members", faulty.NobodyReads),
    ("test_a_notice_is_delivered", faulty.TellsEverybody),
    ("test_a_notice_to_nobody_is_a_verdict", faulty.SwallowsOutages),
    ("test_an_outage_while_telling_is_a_verdict", faulty.SwallowsOutages),
    ("test_its_routes", faulty.NoRoutes),
    ("test_a_genuine_request_is_taken", faulty.BelievesNobody),
    ("test_a_changed_request_is_refused", faulty.Believes),
]
# These take an argument of their own, and are called apart below.
PARAMETRIZED = {"test_nothing_but_away_and_available", "test_garbage_is_refused"}


@pytest.mark.parametrize(("check", "adapter"), FAULTS)
async def test_a_fault_fails_its_check(check: str, adapter: type[ScriptedAdapter]) -> None:
    with pytest.raises((*Failed, KeyError)):
        await getattr(AdapterConformance(), check)(scripted_case(adapter))


async def test_faults_of_checks_with_arguments() -> None:
    with pytest.raises(Failed):
        await AdapterConformance().test_nothing_but_away_and_available(
            scripted_case(faulty.Rewrites), Presence.ON_QUEUE
        )
    with pytest.raises(Failed):
        await AdapterConformance().test_garbage_is_refused(scripted_case(faulty.Believes), b"{}")


def test_every_check_has_a_fault_that_it_catches() -> None:
    checks = {name for name in dir(AdapterConformance) if name.startswith("test_")}
    assert {check for check, _ in FAULTS} | PARAMETRIZED == checks


async def test_a_logged_secret_is_caught(caplog: pytest.LogCaptureFixture) -> None:
    case = scripted_case()
    guard = AdapterConformance.no_secret_is_logged.__wrapped__(AdapterConformance(), case, caplog)  # type: ignore[attr-defined]
    next(guard)
    logging.getLogger("adapter").info("calling with %s", SIGNING_KEY)
    with pytest.raises(AssertionError, match="adapter"):
        next(guard)
