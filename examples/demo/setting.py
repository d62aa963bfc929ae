"""The organisation of the demo: its people, its configuration, its policy with shortened times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.policy.levels import Level
from atdesk_zoom.simulator import Person

if TYPE_CHECKING:
    from examples.demo.consoles.console import Console

SITE: Final = "halifax"
TEAM: Final = "Renewals"
ORGANISATION: Final = "sim-organisation"
FIRST_S: Final = 5
"""Seconds from the notice to anything that a lead sees; 60 unless shortened."""
MIN_FLAG_S: Final = 15
"""Absences shorter than this raise no flag; 300 unless shortened."""
EVERY_S: Final = 3
"""Seconds from one watch look to the next; 15 unless shortened."""
NOTE: Final = (
    f"This is a demo: the agent is told {FIRST_S} s before anything else happens (usually 60 s), "
    f"an absence is flagged after {MIN_FLAG_S} s (usually 5 min), "
    f"and looks come every {EVERY_S} s (usually 15 s). No preset that ships allows times as short as these."
)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the organisation, on every platform."""

    agent_id: str
    name: str
    email: str
    genesys_id: str
    zoom_id: str
    entra_id: str


AGENT: Final = Member(
    "1041",
    "Teo Lindqvist",
    "teo@example.com",
    "7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0002",
    "tEoLindqvist000000001",
    "5b0d6a1e-9c3f-4d27-8a41-6f2e7c1d0002",
)
LEAD: Final = Member(
    "1007",
    "Mira Halloran",
    "mira@example.com",
    "7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0001",
    "mIraHalloran000000002",
    "5b0d6a1e-9c3f-4d27-8a41-6f2e7c1d0001",
)
COLLEAGUE: Final = Member(
    "1052",
    "Ana Ferreira",
    "ana@example.com",
    "7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0003",
    "aNaFerreira0000000003",
    "5b0d6a1e-9c3f-4d27-8a41-6f2e7c1d0003",
)
MEMBERS: Final = (AGENT, LEAD, COLLEAGUE)


def zoom_people() -> list[Person]:
    """The users of the Zoom account; the lead hosts."""
    return [Person(one.zoom_id, one.name, one.email) for one in (LEAD, AGENT, COLLEAGUE)]


def genesys_people() -> list[tuple[str, str]]:
    """The users of the Genesys organisation."""
    return [(one.genesys_id, one.name) for one in MEMBERS]


def roster(console: Console) -> str:
    """The directory as a CSV file. Everybody is on shift; only the agent has a consent on record."""
    platforms = sorted(console.tenants())
    lines = [f"agent_id,name,email,team,site,lead,{','.join(platforms)},shift"]
    for one in MEMBERS:
        lead = LEAD.agent_id if one is not LEAD else ""
        accounts = ",".join(console.accounts(one)[platform] for platform in platforms)
        lines.append(
            f"{one.agent_id},{one.name},{one.email},{TEAM},{SITE},{lead},{accounts},Mon-Sun 00:00-00:00"
        )
    return "\n".join(lines) + "\n"


def write_setting(folder: Path, console: Console, port: int, *, own_page: bool) -> Path:
    """Write configuration, policy and secrets.

    Args:
        folder: Where to.
        console: Open.
        port: Where the pages will be.
        own_page: A person plays the agent: frames come from the agent's page, and no still is kept.

    Returns:
        The path of `atdesk.toml`.
    """
    (folder / "policy.toml").write_text(_POLICY + (_PAGE if own_page else console.policy()), encoding="utf-8")
    _write_secrets(folder, console.secrets())
    origin = f"http://127.0.0.1:{port}"
    config = folder / "atdesk.toml"
    config.write_text(_config(origin, port) + console.configure(folder, origin), encoding="utf-8")
    return config


def secret(folder: Path, name: str) -> str:
    """How the configuration refers to a secret of `Console.secrets`."""
    return f'"file:{(folder / f"{name}.secret").as_posix()}"'


def _write_secrets(folder: Path, secrets: Mapping[str, str]) -> None:
    for name, value in secrets.items():
        path = folder / f"{name}.secret"
        path.touch(mode=0o600)
        path.write_text(value, encoding="utf-8")


def shortened(jurisdiction: str) -> Level:
    """The shipped preset of a place, with the three times that the demo could not wait for."""
    cap = cap_of(jurisdiction)
    times = {
        "absence.agent_first_s": FIRST_S,
        "different_person.agent_first_s": FIRST_S,
        "looks.watch_every_s": EVERY_S,
        "looks.returning_every_s": EVERY_S,
    }
    return replace(cap, values={**cap.values, **times})


_POLICY: Final = f"""\
site = "{SITE}"
accountable = "The operator of this demo"

[absence]
purpose = "Customers reach somebody while the queue says that somebody is there."
agent_first_s = {FIRST_S}
min_flag_s = {MIN_FLAG_S}

[different_person]
purpose = "Who is signed in is who works."
agent_first_s = {FIRST_S}

[looks]
watch_every_s = {EVERY_S}
returning_every_s = {EVERY_S}
"""
_PAGE: Final = """\
page = true
"""


def _config(origin: str, port: int) -> str:
    return f"""\
[service]
database = "atdesk.db"
key_file = "atdesk.keys"
signing_key = "atdesk.sign.key"
port = {port}
public_url = "{origin}"
demo = true

[console]
frame_ancestors = ["{origin}"]

[[sign_in]]
provider = "demo"
label = "the demo: pick who you are"

[[site]]
id = "{SITE}"
jurisdiction = "CA"
time_zone = "America/Halifax"
policy = "policy.toml"

"""
