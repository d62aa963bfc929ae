"""Which of several open pages of one agent is the one: that which the person took up last, by their own act.

Sockets arrive in any order: one breaks and comes back, one was long on its way. So what decides is when the
person opened the page, or said "use it here", and not which socket came last.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """When the person took a page up, and by which of its connections the page says so.

    Attributes:
        at: When, in seconds of a clock that never goes back, the same one for all pages.
        page: Which page; it stays the same over its connections. "" is no other page.
        line: The how-manieth connection of this page.
    """

    at: float
    page: str = ""
    line: int = 0

    def stays_before(self, other: "Taken") -> bool:
        """Whether this one shows looks where both are open.

        Of one page the later connection does; what is known of its act is worked out anew with each, and may
        differ by what the network takes. Of two pages the one that was taken up later.
        """
        if self.page and self.page == other.page:
            return self.line >= other.line
        return self.at >= other.at
