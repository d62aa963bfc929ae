"""The organisation of the demo: its people, its configuration, its policy with shortened times."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.policy.levels import Level
from atdesk_genesys.simulator import GenesysSimulator
from atdesk_zoom.simulator import Person, ZoomSimulator

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
    """Somebody of the organisation, on both platforms."""

    agent_id: str
    name: str
    email: str
    genesys_id: str
    zoom_id: str


AGENT: Final = Member(
    "1041",
    "Teo Lindqvist",
    "teo@example.com",
    "7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0002",
    "tEoLindqvist000000001",
)
LEAD: Final = Member(
    "1007",
    "Mira Halloran",
    "mira@example.com",
    "7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0001",
    "mIraHalloran000000002",
)
COLLEAGUE: Final = Member(
    "1052",
    "Ana Ferreira",
    "ana@example.com",
    "7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0003",
    "aNaFerreira0000000003",
)
MEMBERS: Final = (AGENT, LEAD, COLLEAGUE)


def zoom_people() -> list[Person]:
    """The users of the Zoom account; the lead hosts."""
    return [Person(one.zoom_id, one.name, one.email) for one in (LEAD, AGENT, COLLEAGUE)]


def genesys_people() -> list[tuple[str, str]]:
    """The users of the Genesys organisation."""
    return [(one.genesys_id, one.name) for one in MEMBERS]


def roster(zoom_tenant: str) -> str:
    """The directory as a CSV file. Everybody is on shift; only the agent has a consent on record."""
    lines = ["agent_id,name,email,team,site,lead,genesys,zoom,shift"]
    for one in MEMBERS:
        lead = LEAD.agent_id if one is not LEAD else ""
        accounts = f"{ORGANISATION}:{one.genesys_id},{zoom_tenant}:{one.zoom_id}"
        lines.append(
            f"{one.agent_id},{one.name},{one.email},{TEAM},{SITE},{lead},{accounts},Mon-Sun 00:00-00:00"
        )
    return "\n".join(lines) + "\n"


def write_setting(
    folder: Path, genesys: GenesysSimulator, zoom: ZoomSimulator, port: int, *, own_page: bool
) -> Path:
    """Write configuration, policy and secrets.

    Args:
        folder: Where to.
        genesys: Running.
        zoom: Running.
        port: Where the pages will be.
        own_page: Frames come from the agent's own page; else from Zoom's meeting.

    Returns:
        The path of `atdesk.toml`.
    """
    source = _PAGE if own_page else _MEETING.format(meeting=zoom.room.meeting.number)
    (folder / "policy.toml").write_text(_POLICY + source, encoding="utf-8")
    genesys.sign_in.client.redirects.add(f"http://127.0.0.1:{port}/sign-in/genesys/callback")
    secrets = {
        "genesys": genesys.client_secret,
        "webhook": genesys.webhook_url,
        "rtms": zoom.credentials.client_secret,
        "events": zoom.credentials.webhook_secret,
        "server": zoom.credentials.s2s_client_secret,
        "chatbot": zoom.credentials.chatbot_client_secret,
        "bot": zoom.credentials.bot_secret,
    }
    for name, value in secrets.items():
        path = folder / f"{name}.secret"
        path.touch(mode=0o600)
        path.write_text(value, encoding="utf-8")
    config = folder / "atdesk.toml"
    config.write_text(_config(folder, genesys, zoom, port), encoding="utf-8")
    return config


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
agent_first_s = {FIRST_S}
min_flag_s = {MIN_FLAG_S}

[different_person]
agent_first_s = {FIRST_S}

[looks]
watch_every_s = {EVERY_S}
returning_every_s = {EVERY_S}
"""
_PAGE: Final = """\
page = true
"""
_MEETING: Final = """
[stills]
enabled = true

[[meetings]]
id = "{meeting}"
purpose = "The team's standing room, in which cameras are on"
"""


def _config(folder: Path, genesys: GenesysSimulator, zoom: ZoomSimulator, port: int) -> str:
    mine = zoom.credentials

    def secret(name: str) -> str:
        return f'"file:{(folder / f"{name}.secret").as_posix()}"'

    return f"""\
[service]
database = "atdesk.db"
key_file = "atdesk.keys"
signing_key = "atdesk.sign.key"
port = {port}
public_url = "http://127.0.0.1:{port}"
demo = true

[state]
authority = "genesys"

[console]
frame_ancestors = ["http://127.0.0.1:{port}"]

[[sign_in]]
provider = "demo"
label = "the demo: pick who you are"

[[sign_in]]
provider = "genesys"
label = "Genesys Cloud, played on this machine"
tenant = "{ORGANISATION}"
client_id = "{genesys.sign_in.client.id}"
login_url = "{genesys.base_url}"
api_url = "{genesys.base_url}"

[[site]]
id = "{SITE}"
jurisdiction = "CA"
time_zone = "America/Halifax"
policy = "policy.toml"

[[genesys]]
name = "genesys"
tenant = "{ORGANISATION}"
base_url = "{genesys.base_url}"
client_id = "{genesys.client_id}"
client_secret = {secret("genesys")}
group_chat_webhook = {secret("webhook")}

[[zoom]]
name = "zoom"
tenant = "{mine.account_id}"
inside_domains = ["example.com"]

[zoom.app]
client_id = "{mine.client_id}"
client_secret = {secret("rtms")}
webhook_secret = {secret("events")}

[zoom.server]
client_id = "{mine.s2s_client_id}"
client_secret = {secret("server")}

[zoom.chatbot]
client_id = "{mine.chatbot_client_id}"
client_secret = {secret("chatbot")}
webhook_secret = {secret("bot")}
robot_jid = "{mine.robot_jid}"
user_jid = "{mine.bot_user_jid}"
lead_channel = "leads@conference.xmpp.zoom.us"
channels_private = true

[zoom.simulator]
base_url = "{zoom.base_url}"
ca_file = "{zoom.ca_file.as_posix()}"
"""
