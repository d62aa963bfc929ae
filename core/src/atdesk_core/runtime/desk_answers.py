"""What a human saw at a desk check, put on record: by the command and by the lead's page alike."""

from collections.abc import Mapping

from atdesk_core.desk_checks import Answer, DeskCheck, answer, may_answer
from atdesk_core.identity import Person
from atdesk_core.ledger import LedgerKind, Value, entry
from atdesk_core.store import LedgerEntry, Store


def desk_row(person: Person, check_id: str, at: float, data: Mapping[str, Value]) -> LedgerEntry:
    """A row about a desk check, for the decision log and so for the agent's own.

    Args:
        person: Whose desk.
        check_id: Which check.
        at: Seconds since the epoch.
        data: What happened, by codes.
    """
    about = {"check_id": check_id, **data}
    return entry(LedgerKind.DESK_CHECK, at, person.site_id, person.agent_ref, about)


async def put_answer(
    store: Store, check: DeskCheck, agent: Person, lead: Person, answers: Answer | None, now: float
) -> None:
    """Keep an answer, once, with its rows of the log.

    Args:
        store: Where.
        check: As it was read.
        agent: Whose desk.
        lead: Who looked, and may answer for this agent.
        answers: For every item of the list; None when the agent did not come.
        now: Seconds since the epoch.

    Raises:
        DeskCheckError: It cannot be answered now, or changed meanwhile.
    """
    may_answer(check, now)
    who: dict[str, Value] = {"by": lead.agent_ref}
    told = [
        {"what": "answered", "item": item, "answer": outcome.value}
        for item, outcome in (answers or {}).items()
    ]
    ended = {"what": "missed" if answers is None else "done"}
    rows = [desk_row(agent, check.check_id, now, one | who) for one in (*told, ended)]
    await answer(store, check, lead.agent_id, now, answers, rows)
