"""A small directory to test with: two agents, their lead, two sites, three platforms."""

from itertools import count

from atdesk_core.identity import (
    Grounds,
    Imported,
    Known,
    Site,
    Vouching,
    ask_code,
    import_roster,
    make_code,
    read_roster,
)
from atdesk_core.store import Store

SITES = {
    "madrid": Site("madrid", "ES", "Europe/Madrid"),
    "lima": Site("lima", "PE", "America/Lima"),
}
KNOWN = Known(SITES, {"genesys": ("acme",), "zoom": ("z1", "z2"), "teams": ()})
ROSTER = """\
agent_id,name,email,team,site,language,lead,genesys,zoom,shift
ana,Ana Ruiz,Ana@example.com,north,madrid,es,luz,g-ana,z1:Z-ana,Mon-Fri 09:00-17:30
bo,"Bo, Jr.",bo@example.com,north,madrid,,luz,acme:g-bo,z1:Z-bo | z2:Z-bo2,Mon-Fri 22:00-06:00
luz,Luz Vega,luz@example.com,leads,lima,es,,g-luz,z2:Z-luz,
"""


async def fill(store: Store, text: str = ROSTER, by: str | None = "Ines Gil", at: float = 100.0) -> Imported:
    numbers = count(1)
    return await import_roster(
        store, read_roster(text, KNOWN), KNOWN, Vouching(by, at), lambda: f"ref{next(numbers)}_{at:g}"
    )


async def confirmed(store: Store, agent_id: str, at: float) -> Grounds:
    """The agent has asked for a code, been sent it, and gives it back."""
    code = await make_code(store, await ask_code(store, agent_id, at))
    assert code is not None
    return Grounds(code, release_needed=False)
