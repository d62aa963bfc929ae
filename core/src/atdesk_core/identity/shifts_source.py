"""Where the shifts of a site come from: a declared source, never a guess."""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """`import`: the roster's plan, or dated shifts of workforce management. `sign_in`: the authority."""

    IMPORT = "import"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class ShiftSource:
    """Of one site.

    Attributes:
        site_id: Which.
        source: A `Source`.
        hours: For sign-in, when a shift may begin and by when it ends, written as a plan of shifts in
            the site's zone; else empty.
    """

    site_id: str
    source: str
    hours: str = ""
