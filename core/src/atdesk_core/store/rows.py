"""What goes into the store and comes out of it: frozen rows, and the `Unit` that makes them atomic.

Field names are column names. Times are seconds since the epoch, engine's clock.
"""

from dataclasses import dataclass
from enum import StrEnum

from atdesk_core.store.review_rows import DisputeRow, GroundsRow, PauseRow, ReviewRow, RuleShadowRow


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """The whole state of one agent's session. `version` must grow with each one."""

    agent_id: str
    version: int
    data: str


class OutboxKind(StrEnum):
    """What a row of the outbox is going to do. A code for an agent is delivered like one, and never kept."""

    STATE_WRITE = "state_write"
    NOTICE = "notice"
    FLAG_POST = "flag_post"
    FLAG_UPDATE = "flag_update"
    INTEGRATOR_NOTICE = "integrator_notice"
    ENROL_CODE = "enrol_code"
    DESK_CHECK = "desk_check"


class OutboxStatus(StrEnum):
    """Where a row of the outbox stands. The first two are open, the others final."""

    PENDING = "pending"
    IN_FLIGHT = "in_flight"
    SENT = "sent"
    STALE = "stale"
    FAILED = "failed"
    DUPLICATE_POSSIBLE = "duplicate_possible"


OPEN_STATUSES = (OutboxStatus.PENDING, OutboxStatus.IN_FLIGHT)
"""A row in one of these is still owed to somebody."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """Something owed to a platform.

    Attributes:
        row_id: Unique, chosen by the caller; the platform request carries it where it can.
        agent_id: Whom it is about; None for a message to the integrator.
        kind: What it does.
        adapter: Name of the adapter that delivers it.
        payload: JSON, the caller's own.
        created_at: When it was decided.
        due_at: Not before.
        not_after: Stale from then on; None when it never is.
    """

    row_id: str
    agent_id: str | None
    kind: OutboxKind
    adapter: str
    payload: str
    created_at: float
    due_at: float
    not_after: float | None = None


@dataclass(frozen=True, slots=True)
class OutboxRetry:
    """An open row that is being tried, or will be again. Without effect on a row that is settled."""

    row_id: str
    due_at: float
    attempts: int
    status: OutboxStatus


@dataclass(frozen=True, slots=True)
class OutboxSettled:
    """The end of an open row. The first one stands; `detail` is a code or short reason, no secrets."""

    row_id: str
    status: OutboxStatus
    at: float
    attempts: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A row of the outbox as it is kept."""

    row: OutboxRow
    status: OutboxStatus
    attempts: int
    settled_at: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A flag as it is kept; writing one with a known number replaces it.

    Attributes:
        number: Short, for people to say.
        agent_id: Whom it is about.
        rule: The policy rule. One open flag per agent and rule; the database holds to it.
        finding: A `FindingKind`.
        status: A `FlagStatus`.
        since: When the thing began.
        raised_at: When a lead could first see it.
        closed_at: None while it is open.
        team: For display and routing.
        confidence: Share of the judged frames that say so, 0..1.
        policy_version: The version that decided.
        agent_reached: Whether a notice reached the agent first.
        returned_at: When the agent was seen again; None while the finding stands.
        reason: Code of the answer; empty when there is none.
    """

    number: str
    agent_id: str
    rule: str
    finding: str
    status: str
    since: float
    raised_at: float
    team: str
    confidence: float
    policy_version: str
    agent_reached: bool
    closed_at: float | None = None
    returned_at: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MessageRefRow:
    """Where a message about a flag stands, so that it can be changed."""

    flag_number: str
    adapter: str
    channel: str
    external_id: str


@dataclass(frozen=True, slots=True)
class DigestRow:
    """A message that shows several flags of one team; `MessageRefRow`s say which."""

    adapter: str
    channel: str
    external_id: str
    team: str
    opened_at: float


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """What one agent's shift has used up; writing one with a known shift replaces it.

    Attributes:
        agent_id: Whose.
        shift_id: As the directory names the shift.
        ends_at: When the shift ends, after which the row is of no use.
        looks: Looks opened.
        frames: Frames opened.
        video_s: Seconds with the indicator on.
    """

    agent_id: str
    shift_id: str
    ends_at: float
    looks: int
    frames: int
    video_s: float


ALL_SITES = "*"
"""The `site` of a stop order that concerns everybody."""


@dataclass(frozen=True, slots=True)
class StopOrder:
    """No look from `at` on at this site (`ALL_SITES` for all), until it is lifted explicitly."""

    site: str
    at: float
    lifted_at: float | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A row for the decision log, before the writer gives it its place in the chain.

    Attributes:
        at: When it happened.
        site: Where.
        agent_ref: The random id that the directory maps to a person; None when it is nobody's.
        kind: From the ledger's closed vocabulary.
        data: Small JSON of ids and numbers.
    """

    at: float
    site: str
    agent_ref: str | None
    kind: str
    data: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of the decision log in its place. `hash` covers everything else, `prev_hash` included."""

    seq: int
    at: float
    site: str
    agent_ref: str | None
    kind: str
    data: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class LedgerBounds:
    """First and last place of the chain as the writer left it; a lost head or tail shows against it."""

    first_seq: int
    first_prev: str
    last_seq: int
    last_hash: str


@dataclass(frozen=True, slots=True)
class Unit:
    """What is written together or not at all. `resumed`: agents whose pause is over, and forgotten."""

    snapshots: tuple[SessionSnapshot, ...] = ()
    outbox: tuple[OutboxRow, ...] = ()
    retries: tuple[OutboxRetry, ...] = ()
    settled: tuple[OutboxSettled, ...] = ()
    flags: tuple[FlagRow, ...] = ()
    message_refs: tuple[MessageRefRow, ...] = ()
    digests: tuple[DigestRow, ...] = ()
    budgets: tuple[BudgetRow, ...] = ()
    grounds: tuple[GroundsRow, ...] = ()
    reviews: tuple[ReviewRow, ...] = ()
    disputes: tuple[DisputeRow, ...] = ()
    pauses: tuple[PauseRow, ...] = ()
    resumed: tuple[str, ...] = ()
    rule_shadows: tuple[RuleShadowRow, ...] = ()
    stop_orders: tuple[StopOrder, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
