"""Flags and notices to try a sink with."""

from atdesk_sdk.events import AccountRef
from atdesk_sdk.findings import FindingKind
from atdesk_sdk.flags import FlagDetails, FlagStatus, FlagView, Notice, NoticeKind


def sample_flag(number: str = "K7Q2", *, since: float, private: bool = False) -> FlagView:
    """A flag as core would hand it to a sink.

    The name holds what markup languages trip over, so that a sink that does not escape is found out.

    Args:
        number: Its short number.
        since: When the finding began, engine's clock.
        private: With `FlagDetails`, as a private sink gets it; otherwise without.
    """
    details = FlagDetails(FindingKind.ABSENT, "away from desk", 0.9, "policy-1", agent_reached=True)
    return FlagView(
        number=number,
        agent_name="Ana <b>& *Rivera*",
        team="Claims, first line",
        since=since,
        status=FlagStatus.RAISED,
        link="https://atdesk.example/flags/" + number,
        time_zone="Europe/Lisbon",
        details=details if private else None,
    )


def sample_notice(account: AccountRef, *, since: float, notice_id: str = "notice-1") -> Notice:
    """A notice as core would send it to an agent.

    Args:
        account: Who gets it.
        since: When the thing began, engine's clock.
        notice_id: Its id; a repeat carries the same one.
    """
    text = "You seem to be away from your desk. In two minutes your state becomes Away."
    return Notice(notice_id, account, NoticeKind.ABSENT, text, since, lead_sees_at=since + 120.0)
