"""A local Genesys Cloud: real HTTP and WebSocket on loopback, the platform's limits, fault switches.

It ships with the adapter, since whoever integrates needs it too. It never removes duplicates for its client.
Needs the extra `simulator`.
"""

from atdesk_genesys.simulator.faults import Faults, HttpFault, SocketFaults
from atdesk_genesys.simulator.journal import Arrival, Journal
from atdesk_genesys.simulator.organization import (
    AWAY_LABEL,
    LEADS_GROUP,
    SYSTEM_IDS,
    Limits,
    OpenQuestions,
    Settings,
)
from atdesk_genesys.simulator.platform import Message
from atdesk_genesys.simulator.server import GenesysSimulator, serve
from atdesk_genesys.simulator.sign_in import PageClient, SignIn
from atdesk_sdk.simulating.signing_in import challenge_of

__all__ = [
    "AWAY_LABEL",
    "LEADS_GROUP",
    "SYSTEM_IDS",
    "Arrival",
    "Faults",
    "GenesysSimulator",
    "HttpFault",
    "Journal",
    "Limits",
    "Message",
    "OpenQuestions",
    "PageClient",
    "Settings",
    "SignIn",
    "SocketFaults",
    "challenge_of",
    "serve",
]
