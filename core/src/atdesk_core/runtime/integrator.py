"""Notices to whoever runs this: JSON to an address of theirs, out of the outbox like everything else."""

import json

import httpx2

from atdesk_core.store import OutboxKind, OutboxRow
from atdesk_sdk import GiveUp, OutcomeUnknown, TryLater

# Name that these rows carry in place of an adapter's.
INTEGRATOR = "integrator"
_TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


def storm_notice(group: str, people: int, at: float) -> OutboxRow:
    """The one notice of a storm. It names a group, never a person."""
    about = {"what": "platform_doubt", "group": group, "people": people, "at": at}
    return OutboxRow(
        f"storm-{group}-{at:.3f}", None, OutboxKind.INTEGRATOR_NOTICE, INTEGRATOR, json.dumps(about), at, at
    )


def rule_notice(site: str, rule: str, at: float) -> OutboxRow:
    """A rule fell back to shadow mode by itself. It names a rule and a site, and nobody."""
    about = {"what": "rule_in_shadow", "site": site, "rule": rule, "at": at}
    row_id = f"rule-{site}-{rule}-{at:.3f}"
    return OutboxRow(row_id, None, OutboxKind.INTEGRATOR_NOTICE, INTEGRATOR, json.dumps(about), at, at)


async def post_notice(address: str, row: OutboxRow) -> None:
    """Deliver a notice. The address is a secret, and in no message.

    Raises:
        TryLater: Out of reach, or busy.
        OutcomeUnknown: It went out and the answer was lost.
        GiveUp: The address refuses it.
    """
    try:
        async with httpx2.AsyncClient(timeout=_TIMEOUT) as client:
            answer = await client.post(address, json=json.loads(row.payload))
    except _NOT_SENT:
        raise TryLater("the integrator's address is out of reach: see service.integrator_webhook") from None
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        raise GiveUp("what service.integrator_webhook names is no http(s) address") from None
    except httpx2.HTTPError:
        raise OutcomeUnknown("the answer of the integrator's address was lost") from None
    if answer.status_code >= 500 or answer.status_code == 429:
        raise TryLater(f"the integrator's address answers {answer.status_code}")
    if not answer.is_success:
        raise GiveUp(f"the integrator's address answers {answer.status_code}: see service.integrator_webhook")
