"""A local Microsoft 365 tenant with Teams: Entra, Graph's presence and the Bot Connector, on loopback.

One TLS origin with the platform's limits and fault switches. It ships with the adapter, since whoever
integrates needs it too, and it never removes duplicates for its client. Needs the extra `simulator`.

    async with TeamsSimulator() as sim:
        sim.world.start_call("Mira Halloran")
        sim.faults.add("POST .*/setUserPreferredPresence", cut="after")
"""

from atdesk_sdk.simulating.signing_in import challenge_of
from atdesk_teams.simulator.authority import BOT_FRAMEWORK, GRAPH, Authority, Lives, Token
from atdesk_teams.simulator.faults import Faults, HttpFault, OpenPoints
from atdesk_teams.simulator.journal import Entry, Journal
from atdesk_teams.simulator.presence import Pair, PresenceState, Rules
from atdesk_teams.simulator.server import TeamsSimulator, serve
from atdesk_teams.simulator.tenant import Channel, Member, Registration, Team, User
from atdesk_teams.simulator.throttling import Limits
from atdesk_teams.simulator.world import Clock, World

__all__ = [
    "BOT_FRAMEWORK",
    "GRAPH",
    "Authority",
    "Channel",
    "Clock",
    "Entry",
    "Faults",
    "HttpFault",
    "Journal",
    "Limits",
    "Lives",
    "Member",
    "OpenPoints",
    "Pair",
    "PresenceState",
    "Registration",
    "Rules",
    "Team",
    "TeamsSimulator",
    "Token",
    "User",
    "World",
    "challenge_of",
    "serve",
]
