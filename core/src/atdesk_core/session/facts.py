"""What a session is told of the world at each step: decided elsewhere, passed in, recorded for replay."""

from dataclasses import dataclass, field

from atdesk_core.judging import JudgingRules
from atdesk_core.policy import Precondition, SitePolicy
from atdesk_core.session.parts import Rule
from atdesk_sdk import AccountRef, NoticeKind


@dataclass(frozen=True, slots=True)
class ShiftNow:
    """The declared shift that is running."""

    shift_id: str
    starts_at: float
    ends_at: float


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one agent, now.

    Attributes:
        policy: Of the agent's site; None when there is none, or none that can be read: no look.
        authority: The account whose state is written; None: nothing is written.
        consent: On record and not withdrawn.
        shift: Running now; None off shift.
        stopped: `stop-all` stands.
        judging: How observations become findings.
        random_at: Times of this shift's random looks.
        silenced: Hints that the agent does not want to get.
        agent_ref: The random id that stands for the agent in ids and in the decision log.
        met: Preconditions on record at the site that have not lapsed.
        lapsed: Those that were on record and are no longer good.
        policy_signed: False where signed policies are asked for and this one does not stand.
        page_answered_at: When the agent's own page answered last, engine's clock; None while none is open.
        idle_accounts: Accounts of the agent whose platform tells by itself when its user is idle.
        silent_since: Accounts whose platform is out of touch, and since when, engine's clock.
        vague_accounts: Accounts whose platform cannot tell a call from a meeting.
        can_write: Whether the state of the authority's account can be written at all.
        accounts: Those that are this agent's for certain, now; None where whoever feeds the session vouches
            for each video: a recording, or an application that embeds the engine.
        shadow_rules: Rules that fell back to shadow mode at this site, because people overturned them.
    """

    policy: SitePolicy | None
    authority: AccountRef | None
    consent: bool
    shift: ShiftNow | None
    stopped: bool
    judging: JudgingRules = field(default_factory=JudgingRules)
    random_at: tuple[float, ...] = ()
    silenced: frozenset[NoticeKind] = frozenset()
    agent_ref: str = "agent"
    met: frozenset[Precondition] = frozenset()
    lapsed: frozenset[Precondition] = frozenset()
    policy_signed: bool = True
    shadow_rules: frozenset[Rule] = frozenset()
    page_answered_at: float | None = None
    idle_accounts: frozenset[AccountRef] = frozenset()
    silent_since: tuple[tuple[AccountRef, float], ...] = ()
    vague_accounts: frozenset[AccountRef] = frozenset()
    can_write: bool = True
    accounts: frozenset[AccountRef] | None = None

    @property
    def authority_silent(self) -> bool:
        """Whether the authority is out of touch: what it said last allows nothing."""
        silent = self.silent_since
        return bool(silent) and any(account == self.authority for account, _ in silent)
