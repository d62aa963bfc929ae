"""Who is who in a meeting, by platform ids alone. Pure.

RTMS names people by an in-meeting number and a display name; the participant webhook gives in-meeting
number, display name and the Zoom user's id. That both numbers are the same is not confirmed by Zoom, so the
name must agree as a second witness, and there must be one candidate only. A name alone proves nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from atdesk_sdk import Meeting
from atdesk_zoom.webhook import Attendance


@dataclass(slots=True)
class Roster:
    """One meeting's people as the webhooks tell them.

    Attributes:
        meeting_id: The number people type; the UUID until a webhook says it.
        present: By in-meeting number.
        stopped_for: Zoom user ids whose stream somebody stopped here; it starts again by their own hand only.
    """

    meeting_uuid: str
    meeting_id: str = ""
    present: dict[int, Attendance] = field(default_factory=dict)
    stopped_for: set[str] = field(default_factory=set)

    def take(self, news: Attendance) -> None:
        """Somebody came or left; being told twice changes nothing."""
        self.meeting_id = news.meeting_id or self.meeting_id
        if news.joined:
            self.present[news.user_id] = news
        else:
            self.present.pop(news.user_id, None)

    def identify(self, streamed: Mapping[int, str]) -> dict[int, str]:
        """The Zoom user id behind each in-meeting number that can be proven.

        Args:
            streamed: The people of the RTMS stream: number to display name.

        Returns:
            Number to Zoom user id. Left out: whom no webhook names, whose name differs or is borne by two,
            and whoever is in the meeting twice (a second device: which picture is to be judged?).
        """
        names = Counter(streamed.values()) | Counter(one.name for one in self.present.values())
        devices = Counter(one.person_id for one in self.present.values())
        found: dict[int, str] = {}
        for user_id, name in streamed.items():
            told = self.present.get(user_id)
            if told is None or not told.person_id or not name or told.name != name:
                continue
            if names[name] == 1 and devices[told.person_id] == 1:
                found[user_id] = told.person_id
        return found

    def meeting(self, streamed: Iterable[int], inside_domains: frozenset[str]) -> Meeting:
        """What policy has to know.

        Args:
            streamed: In-meeting numbers of the RTMS stream.
            inside_domains: E-mail domains of the organisation; empty: any e-mail Zoom names.
        """
        numbers = set(streamed)
        known = numbers <= set(self.present) and bool(self.present)
        guests = any(not _inside(one, inside_domains) for one in self.present.values())
        meeting_id = self.meeting_id or self.meeting_uuid
        return Meeting(
            meeting_id=meeting_id,
            series_id=meeting_id,
            participants=len(numbers | set(self.present)) or None,
            outside_guests=True if guests else (False if known else None),
            people_told=True,
        )


def _inside(who: Attendance, domains: frozenset[str]) -> bool:
    """Zoom names an e-mail for people of the account only; a guest has neither id nor e-mail."""
    if not who.person_id or not who.email:
        return False
    return not domains or who.email.rpartition("@")[2].lower() in domains
