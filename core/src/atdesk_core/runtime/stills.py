"""The frame that a flag was judged on: in memory while it is judged, sealed once the flag is kept, or gone.

One frame for each agent at the most. It is dropped when its episode ends, when the agent returns or
pauses, and when consent or policy goes. Redaction runs in a vision process, off the event loop; whatever
goes wrong on the way, there is no still, and the log says why.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from atdesk_core.evidence import COME_TO_NOTHING, EvidenceStore, Holds, NoStill, Taken
from atdesk_core.identity import KeyRingError
from atdesk_core.judging import shown
from atdesk_core.policy import SitePolicy
from atdesk_core.runtime.broker import Eyes
from atdesk_core.runtime.purging import Purging, life_s, reason
from atdesk_core.session import Facts, OpenFlag, Session, Wanted
from atdesk_core.store import FlagRow
from atdesk_core.vision.redaction import Refused
from atdesk_core.vision.still import StillPicture
from atdesk_sdk import FindingKind, FlagStatus, Frame, Observation

log = logging.getLogger(__name__)

REDACT_S: Final = 20.0
"""A redaction takes less than a second; in a pool that is so busy there is no still."""
CLOSE_S: Final = 5.0
"""A service that stops waits so long for what is being sealed."""
BY_REVIEW: Final = "the_review"
"""Who lets go of a still, as the log has it; whose review it was is in the row about the flag."""
_SETTLED: Final = frozenset({FlagStatus.UPHELD, FlagStatus.DISMISSED})


class Artist(Protocol):
    """What makes the picture of a still: the vision pool."""

    async def still(self, agent_id: str, frame: Frame, *, room: bool) -> StillPicture | Refused:
        """Redact and crop a frame, off the event loop.

        Args:
            agent_id: Whose.
            frame: As it came.
            room: Whether what is not the agent may be recognised, faces apart.
        """
        ...


class Known(Protocol):
    """What is known of an agent now."""

    def session(self, agent_id: str) -> Session:
        """The agent's session."""
        ...

    def facts(self, agent_id: str) -> Facts:
        """Of the world."""
        ...


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Judged:
    """The newest frame that shows something which is being confirmed."""

    frame: Frame
    shows: frozenset[FindingKind]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Due:
    """A frame on its way to becoming a still."""

    taken: Taken
    frame: Frame | None


class Stills:
    """Keeps judged frames in memory, and turns them into stills.

    Args:
        evidence: Where stills are kept.
        holds: Keeps them longer while a flag is disputed.
        artist: Redacts; None: no stills are made.
        known: Sessions and facts.
    """

    def __init__(self, evidence: EvidenceStore, holds: Holds, artist: Artist | None, known: Known) -> None:
        self._evidence = evidence
        self._holds = holds
        self._artist = artist
        self._known = known
        self._judged: dict[str, _Judged] = {}
        self._due: dict[str, _Due] = {}
        self._sealing: dict[str, Taken] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._purging = Purging(evidence, lambda agent_id: known.facts(agent_id).policy)

    def watching(self, eyes: Eyes) -> Eyes:
        """The same eyes, whose frames pass by here once they are judged."""
        return eyes if self._artist is None else _Watched(eyes, self.judged)

    def judged(self, agent_id: str, frame: Frame, seen: Observation) -> None:
        """Keep this frame in memory if it shows what is being confirmed, and policy allows stills."""
        session, facts = self._known.session(agent_id), self._known.facts(agent_id)
        look, policy = session.look, facts.policy
        if policy is None or look is None or look.look_id != frame.look_id or _against(session, facts):
            return
        shows = shown(session.confirming, seen, policy, facts.judging)
        if shows:
            # A copy: whose buffer the frame is in, and for how long, is the adapter's business.
            own = replace(frame, data=memoryview(bytes(frame.data)))
            self._judged[agent_id] = _Judged(own, shows)

    def flagged(self, agent_id: str, flag: OpenFlag) -> None:
        """A flag was raised: the frame waits until the flag itself is on the disk."""
        facts = self._known.facts(agent_id)
        judged = self._judged.pop(agent_id, None)
        if self._artist is None or facts.policy is None or not _asks_for_still(facts.policy, flag.finding):
            return
        frame = judged.frame if judged is not None and flag.finding in judged.shows else None
        taken = Taken(
            still_id=secrets.token_hex(8),
            agent_id=agent_id,
            flag_number=flag.number,
            finding=flag.finding,
            look_id=frame.look_id if frame else None,
            taken_at=frame.received_at if frame else flag.raised_at,
            life_s=life_s(facts.policy),
            needs_consent=facts.policy.needs_consent,
        )
        self._due[flag.number] = _Due(taken, frame)

    def kept(self, rows: Sequence[FlagRow]) -> None:
        """Flags are on the disk: now a picture may follow, or what is kept of them is held or let go."""
        for row in rows:
            due = self._due.pop(row.number, None)
            if due is not None:
                self._sealing[row.number] = due.taken
                self._spawn(self._take(due))
            else:
                self._follow(row)

    def _follow(self, row: FlagRow) -> None:
        """What is kept of a flag is held while the agent disputes it, and let go once that is settled."""
        facts = self._known.facts(row.agent_id)
        if row.status == FlagStatus.DISPUTED:
            self._spawn(self._holds.hold_all(row.number, facts.agent_ref, facts.policy))
        elif row.status in _SETTLED | COME_TO_NOTHING:
            nothing = row.status in COME_TO_NOTHING
            self._spawn(self._holds.release_all(row.number, BY_REVIEW, destroy=nothing))

    def settle(self, session: Session) -> None:
        """After each step: what is not being confirmed any more is let go; a pause takes everything."""
        agent_id = session.agent_id
        judged = self._judged.get(agent_id)
        paused = session.is_paused
        if judged is not None and (paused or not judged.shows & _pending(session)):
            del self._judged[agent_id]
        if paused:
            self._sealing = {key: one for key, one in self._sealing.items() if one.agent_id != agent_id}
            for due in [one for one in self._due.values() if one.taken.agent_id == agent_id]:
                del self._due[due.taken.flag_number]
                self._spawn(self._evidence.refuse(due.taken, NoStill.PAUSED))

    async def start(self) -> None:
        """Hold what an earlier process had no time to, then destroy what has had its time, at its time."""
        await self._told(self._holds.catch_up(self._concerned, BY_REVIEW))
        self._purging.start()

    async def aclose(self) -> None:
        """Wait for what is being sealed, then forget every frame. Closing twice is fine."""
        await self._purging.aclose()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_S)
        left = [task for task in self._tasks if task.cancel()]
        await asyncio.gather(*left, return_exceptions=True)
        self.forget()

    def forget(self) -> None:
        """Let go of every frame in memory."""
        self._judged.clear()
        self._due.clear()

    async def _take(self, due: _Due) -> None:
        """Redact, seal, keep; or write down why not."""
        try:
            why = await self._why_not(due)
        except TimeoutError:
            why = NoStill.TOO_LATE
        except KeyRingError as error:
            log.error("no still, since the key cannot be used: %s", error)
            why = NoStill.KEY_UNUSABLE
        except Exception as error:
            log.error("no still: it could not be made: %s", reason(error))
            why = NoStill.FAILED
        finally:
            self._sealing.pop(due.taken.flag_number, None)
        if why is not None:
            await self._evidence.refuse(due.taken, why)
        else:
            await self._holds.catch_up(self._concerned, BY_REVIEW, due.taken.flag_number)

    async def _why_not(self, due: _Due) -> str | None:
        """Make the still; the reason when there is none."""
        taken = due.taken
        if due.frame is None or self._artist is None:
            return NoStill.NO_PICTURE
        if (against := self._objection(taken)) is not None:
            return against
        async with asyncio.timeout(REDACT_S):
            picture = await self._artist.still(taken.agent_id, due.frame, room=self._room_for(taken))
        if isinstance(picture, Refused):
            return picture.reason
        return await self._evidence.keep(taken, picture.jpeg, picture.regions, lambda: self._objection(taken))

    def _room_for(self, taken: Taken) -> bool:
        """Of somebody who came by nothing is kept, whatever the policy says of the room."""
        policy = self._known.facts(taken.agent_id).policy
        return policy is not None and policy.stills.room and taken.finding is not FindingKind.EXTRA_PERSON

    def _objection(self, taken: Taken) -> NoStill | None:
        """What has changed since the frame was judged."""
        session, facts = self._known.session(taken.agent_id), self._known.facts(taken.agent_id)
        if taken.flag_number not in self._sealing:
            return NoStill.PAUSED
        return _against(session, facts)

    def _concerned(self, agent_id: str) -> tuple[str, SitePolicy | None]:
        facts = self._known.facts(agent_id)
        return facts.agent_ref, facts.policy

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._told(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _told(self, work: Coroutine[Any, Any, Any]) -> None:
        """What the database does not take is told once; the next purge or answer tries again."""
        try:
            await work
        except Exception as error:
            log.error("what became of a still could not be written down: %s", reason(error))
        self._purging.look_again()


class _Watched:
    """Eyes whose frames are shown on, once they are judged."""

    def __init__(self, eyes: Eyes, judged: Callable[[str, Frame, Observation], None]) -> None:
        self._eyes = eyes
        self._judged = judged

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        """See `Eyes.observe`."""
        seen = await self._eyes.observe(agent_id, frame, wanted)
        self._judged(agent_id, frame, seen)
        return seen


def _asks_for_still(policy: SitePolicy, finding: FindingKind) -> bool:
    """Silence by itself has no picture."""
    by_camera = finding is not FindingKind.INPUT_IDLE or policy.input_idle.only_with_empty_seat
    return life_s(policy) > 0 and by_camera


def _pending(session: Session) -> frozenset[FindingKind]:
    """What is about to be flagged: being confirmed, or owed until a call has ended."""
    owed = session.owed
    waits = {owed.finding} if owed is not None and owed.returned_at is None else set()
    return session.confirming | waits


def _against(session: Session, facts: Facts) -> NoStill | None:
    """What stands against a still of this agent, now."""
    policy = facts.policy
    if policy is None or life_s(policy) <= 0:
        return NoStill.STILLS_OFF
    if facts.stopped or not facts.policy_signed:
        return NoStill.STOPPED
    if session.is_paused:
        return NoStill.PAUSED
    return NoStill.NO_CONSENT if policy.needs_consent and not facts.consent else None
