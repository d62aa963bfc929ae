"""The requests about states: presence and Contact Center status, paced, each with its meaning."""

from __future__ import annotations

from urllib.parse import urlencode

from atdesk_sdk import TryLater
from atdesk_zoom.agent_status import REASONS, AgentStatus, Entry, read_entries, read_status
from atdesk_zoom.client import ZoomClient, segment
from atdesk_zoom.errors import NoSuchUser
from atdesk_zoom.pace import Pace

#: Pages of a list that are read at most; an account has a few dozen statuses.
_PAGES = 50


class StateCalls:
    """What is asked of Zoom about states.

    Args:
        client: Signed in.
        pace: How fast.
    """

    def __init__(self, client: ZoomClient, pace: Pace) -> None:
        self._client, self._pace = client, pace

    async def presence(self, user: str, *, urgent: bool) -> str:
        """What Zoom shows of a user [D-USERS].

        Raises:
            AdapterError: `NoSuchUser` for one whom the account does not know.
        """
        await self._pace.turn(urgent=urgent)
        body = await self._client.as_server("GET", f"/users/{segment(user)}/presence_status")
        status = body.get("status")
        if not isinstance(status, str) or not status:
            raise TryLater(f"read a presence: Zoom named none of the user {user}")
        return status

    async def set_presence(self, user: str, word: str) -> None:
        """Set Away or Available [D-USERS]; nothing waits here."""
        await self._pace.turn(urgent=True)
        await self._client.as_server("PUT", f"/users/{segment(user)}/presence_status", {"status": word})

    async def agent_status(self, user: str, *, urgent: bool) -> AgentStatus:
        """A user's Contact Center status [Z-SKILLS]; the names of its fields are not confirmed."""
        await self._pace.turn(urgent=urgent)
        body = await self._client.as_server("GET", f"/contact_center/users/{segment(user)}")
        status = read_status(body)
        if status is None:
            raise TryLater(f"read an agent's status: Zoom named none of the user {user}")
        return status

    async def set_agent_status(self, user: str, status_id: str, reason_id: str) -> None:
        """Set a status with its reason [T-ONE]."""
        await self._pace.turn(urgent=True)
        body = {"status_id": status_id, "sub_status_id": reason_id}
        await self._client.as_server("PATCH", f"/contact_center/users/{segment(user)}/status", body)

    async def entries(self, category: str) -> list[Entry]:
        """The account's statuses, or its reasons [T-ONE]."""
        found: list[Entry] = []
        token = ""
        for _ in range(_PAGES):
            await self._pace.turn(urgent=False)
            asked = {"status_category": category, "page_size": "30", "next_page_token": token}
            query = urlencode({key: value for key, value in asked.items() if value})
            body = await self._client.as_server("GET", f"/contact_center/system_statuses?{query}")
            listed = body.get("statuses")
            found += read_entries(listed if isinstance(listed, list) else ())
            token = str(body.get("next_page_token") or "")
            if not token:
                break
        return found

    async def create_reason(self, name: str) -> None:
        """Make a Not Ready reason [T-ONE]. Its id is looked up by its name afterwards.

        Raises:
            AdapterError: `ReasonsFull` when there are as many as Zoom allows.
        """
        await self._pace.turn(urgent=False)
        body = {"status_name": name, "status_category": REASONS, "enable": True}
        await self._client.as_server("POST", "/contact_center/system_statuses", body)

    async def has_left(self, user: str) -> bool:
        """Whether the account itself says that it has no such user."""
        await self._pace.turn(urgent=False)
        try:
            await self._client.as_server("GET", f"/users/{segment(user)}")
        except NoSuchUser:
            return True
        return False
