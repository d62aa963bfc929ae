"""May this person be enrolled by command? The question that the agent's own page asks, of what is stored."""

from collections.abc import Iterable

from atdesk_core.agreements import Agreements, Place, load_agreements
from atdesk_core.agreements.agreements import Applied
from atdesk_core.identity import EnrolmentError, Grounds, Person
from atdesk_core.identity.consent import consent_of
from atdesk_core.identity.templates import without_consent
from atdesk_core.policy import Because, Precondition
from atdesk_core.runtime.agreed import declared_of
from atdesk_core.runtime.config import Config
from atdesk_core.session import Facts, Session, load, new_session
from atdesk_core.session.permitting import enrolment_permission
from atdesk_core.store import ALL_SITES, Store


async def grounds_of(config: Config, store: Store, person: Person, code: str, now: float) -> Grounds:
    """What a template of this person would rest on.

    Args:
        config: Checked.
        store: Open.
        person: Whose photos they are.
        code: With which the agent confirms them.
        now: Seconds since the epoch.

    Raises:
        EnrolmentError: Something stands against it; no photo may be opened.
    """
    agreements = await load_agreements(store, declared_of(config), config.service.signing_key)
    place = Place.of(person)
    applied = agreements.applied(place)
    facts = await _facts(store, person, agreements, place, now)
    because = enrolment_permission(await _session(store, person.agent_id, now), facts)
    if because is not Because.ALLOWED or facts.policy is None:
        raise EnrolmentError(_says(because, person, applied, facts))
    return Grounds(code, Precondition.WRITTEN_RELEASE in facts.policy.requires)


async def _facts(store: Store, person: Person, agreements: Agreements, place: Place, now: float) -> Facts:
    """Without what does not count for a template: authority and shift."""
    applied, agreed = agreements.applied(place), agreements.standing(place, now)
    stopped = {order.site for order in await store.stop_orders() if order.lifted_at is None}
    return Facts(
        policy=applied.policy,
        authority=None,
        consent=await consent_of(store, person.agent_id) is not None,
        shift=None,
        stopped=bool(stopped & {ALL_SITES, person.site_id}),
        met=agreed.met,
        lapsed=agreed.lapsed,
        policy_signed=applied.signed,
    )


async def _session(store: Store, agent_id: str, now: float) -> Session:
    """As the service kept it last: a pause is in it."""
    kept = (one.data for one in await store.load_sessions() if one.agent_id == agent_id)
    data = next(kept, None)
    return new_session(agent_id, now) if data is None else load(data)


def _says(because: Because, person: Person, applied: Applied, facts: Facts) -> str:
    """Why not, and the way out."""
    agent_id, site = person.agent_id, person.site_id
    if because is Because.NO_CONSENT:
        return without_consent(agent_id)
    if because in (Because.NO_POLICY, Because.POLICY_NOT_SIGNED):
        fault = f" {applied.fault.scope}: {applied.fault.message}" if applied.fault else ""
        return f"without a policy in force nobody is enrolled.{fault}"
    explain = f"see atdesk policy explain {agent_id}"
    says = {
        Because.STOPPED: f"looks are stopped: atdesk stop-all {site} --lift, or atdesk stop-all --lift",
        Because.CAMERA_FORBIDDEN: f"the policy of {agent_id} allows no analysis of pictures; {explain}",
        Because.COMPARES_NO_FACES: f"the policy of {agent_id} compares no faces; {explain}",
        Because.PAUSED: f"{agent_id} is paused, and has to be back first",
    }
    missing = facts.policy.requires - facts.met - {Precondition.WRITTEN_RELEASE} if facts.policy else ()
    on_record = f"these have to be on record and not lapsed: {_ways(missing, site)}"
    return f"no template is made: {says.get(because, on_record)}"


def _ways(missing: Iterable[Precondition], site: str) -> str:
    """What is missing, and how each of it gets on record."""
    return "; ".join(
        f"{kind} (atdesk policy co-sign site:{site})"
        if kind is Precondition.CO_SIGNATURE
        else f"{kind} (atdesk preconditions record site:{site} {kind} --reference ID --on DATE --by NAME)"
        for kind in sorted(missing)
    )
