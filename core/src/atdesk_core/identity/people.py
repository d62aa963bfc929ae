"""The words of the directory: sites, people, and the accounts that are theirs."""

import re
from dataclasses import dataclass
from enum import StrEnum

from atdesk_sdk import AccountRef

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Site:
    """Where people work.

    Attributes:
        site_id: As in the configuration.
        jurisdiction: ISO code of the country, or country and region ("US-IL").
        time_zone: IANA name; shifts are declared in it.
    """

    site_id: str
    jurisdiction: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works with the tenant: an agent, a lead, or both.

    Attributes:
        agent_id: The operator's own id, such as a staff number.
        agent_ref: A random id for the decision log, so that the log outlives the name.
        name: For display.
        email: Lower case.
        language: In which messages are written, such as "es" or "pt-BR".
        team: For display and routing.
        site_id: See `Site`.
        jurisdiction: ISO code of where they work; it applies beside the site's own. Empty: the site's alone.
    """

    agent_id: str
    agent_ref: str
    name: str
    email: str
    language: str
    team: str
    site_id: str
    jurisdiction: str = ""


class LinkStatus(StrEnum):
    """Whether a human has said that the account is this person's."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"


class LinkHow(StrEnum):
    """What a link was proposed by."""

    PLATFORM_ID = "platform_id"
    VERIFIED_EMAIL = "verified_email"


@dataclass(frozen=True, slots=True)
class Account:
    """A link between a person and an account on a platform.

    Attributes:
        agent_id: The person.
        ref: The account.
        status: Only a confirmed one counts.
        how: What it was proposed by.
        verified_by: Name of the human who confirmed it; None while it is proposed.
        verified_at: When; None while it is proposed.
    """

    agent_id: str
    ref: AccountRef
    status: LinkStatus
    how: LinkHow
    verified_by: str | None = None
    verified_at: float | None = None


def folded_id(external_id: str) -> str:
    """An account id as it is kept: of a GUID upper and lower case are the same, so it is in lower case."""
    return external_id.lower() if _GUID.fullmatch(external_id) else external_id


def parse_account(text: str) -> AccountRef:
    """`platform:tenant:external_id`, as accounts are shown everywhere. The id may hold colons.

    Raises:
        ValueError: A part is missing; the message says the form.
    """
    parts = [part.strip() for part in text.split(":", 2)]
    if len(parts) != 3 or not all(parts):
        raise ValueError(
            f"{text!r} is no account: it is written platform:tenant:id, such as genesys:acme:3f2c..."
        )
    platform, tenant, external_id = parts
    return AccountRef(platform, tenant, folded_id(external_id))
