"""The open pages of this process: which of them has something new to show."""

from atdesk_core.web.own.page import OpenPage


class Hub:
    """One page of each agent is told what changes. Use it from one event loop."""

    def __init__(self) -> None:
        self._pages: dict[str, OpenPage] = {}

    def __len__(self) -> int:
        return len(self._pages)

    def __contains__(self, agent_id: str) -> bool:
        return agent_id in self._pages

    def add(self, page: OpenPage) -> None:
        """From now on this is the page of its agent."""
        self._pages[page.agent_id] = page

    def remove(self, page: OpenPage) -> None:
        """A page is gone; that of another tab stays."""
        if self._pages.get(page.agent_id) is page:
            del self._pages[page.agent_id]

    def stepped(self, agent_id: str) -> None:
        """Something about this agent may have changed. Called at every step of every session."""
        page = self._pages.get(agent_id)
        if page is not None:
            page.touch()

    def kept_changed(self, agent_id: str) -> None:
        """The database holds something new for this agent's eyes."""
        page = self._pages.get(agent_id)
        if page is not None:
            page.read_again()
