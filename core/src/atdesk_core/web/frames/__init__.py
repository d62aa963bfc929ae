"""`atdesk.frames.v1`: frames from the agent's page or from a forwarder, over one WebSocket at `/frames`."""

import time

from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from atdesk_core.web.context import PageContext
from atdesk_core.web.frames.effect import EffectTokens
from atdesk_core.web.frames.granting import token_endpoint
from atdesk_core.web.frames.proof import Proofs
from atdesk_core.web.frames.protocol import SUBPROTOCOL
from atdesk_core.web.frames.socket import Desk, FrameSocket
from atdesk_core.web.frames.timing import Timing
from atdesk_core.web.frames.tokens import StreamTokens, read_forwarders
from atdesk_core.web.own.answers import for_agents

__all__ = ["SUBPROTOCOL", "Timing", "routes"]


def routes(context: PageContext, timing: Timing | None = None) -> list[BaseRoute]:
    """The socket, and where forwarders get their tokens.

    Args:
        context: See there.
        timing: How long is waited for what; None: as documented.

    Raises:
        ConfigError: The secret of a forwarder is not there, or too short.
    """
    world, tokens = context.running.service.world, StreamTokens(context.now)
    effect = context.config.teams_effect
    proofs = Proofs(context.guard, tokens, lambda: world.directory, effect_is_on=effect.is_on)
    desk = Desk(context.running.service.page, proofs, context.now, timing or Timing())

    async def frames(websocket: WebSocket) -> None:
        if SUBPROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.close()  # 403: whoever does not name the protocol does not mean it
            return
        await FrameSocket(websocket, desk).run()

    forwarders = read_forwarders(context.config.forwarders)
    give = token_endpoint(forwarders, tokens, lambda: world.directory, time.monotonic)
    give_effect = for_agents(context, EffectTokens(effect, tokens, lambda: world.directory).give)
    return [
        WebSocketRoute("/frames", frames),
        Route("/frames/tokens", give, methods=["POST"]),
        Route("/api/me/effect", give_effect, methods=["POST"]),
    ]
