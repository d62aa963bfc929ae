"""The room of the agent's own page: everything below `/api/me`, and `/live`."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from atdesk_core.web.context import PageContext
from atdesk_core.web.own.acting import Acting
from atdesk_core.web.own.agreeing import Agreeing
from atdesk_core.web.own.answers import Act, Call, for_agents
from atdesk_core.web.own.hub import Hub
from atdesk_core.web.own.live import Live, Timing
from atdesk_core.web.own.pictures import Pictures
from atdesk_core.web.own.reading import Reading


def routes(context: PageContext, timing: Timing | None = None) -> list[BaseRoute]:
    """Every route is for the agent who is signed in, and about nobody else: none takes an agent's id.

    Args:
        context: See there.
        timing: Of the socket; None: as documented.

    Raises:
        ConfigError: The consent text of the configuration cannot be read.
    """
    hub = Hub()
    context.running.service.room.stepped = hub.stepped
    reading, acting = Reading(context), Acting(context)
    agreeing, pictures = Agreeing(context), Pictures(context)
    context.running.service.room.closing = pictures.close

    def changing(act: Act) -> Act:
        """What it did shows on the page at once."""

        async def changed(call: Call) -> Response | None:
            try:
                return await act(call)
            finally:
                hub.kept_changed(call.agent_id)

        return changed

    table: list[tuple[str, str, Act]] = [
        ("GET", "", reading.me),
        ("GET", "/log", reading.log),
        ("GET", "/export", reading.export),
        ("GET", "/consent", agreeing.text),
        ("POST", "/consent", changing(agreeing.agree)),
        ("DELETE", "/consent", changing(agreeing.withdraw)),
        ("POST", "/consent/refuse", changing(agreeing.refuse)),
        ("POST", "/pause", changing(acting.pause)),
        ("POST", "/resume", changing(acting.resume)),
        ("POST", "/break", changing(acting.turn_into_break)),
        ("POST", "/back-on-queue", changing(acting.back_on_queue)),
        ("POST", "/notices/{notice_id}/wrong", changing(acting.say_wrong)),
        ("POST", "/flags/{number}/dispute", changing(acting.dispute)),
        ("POST", "/desk-checks/{check_id}/move", changing(acting.move_desk_check)),
        ("POST", "/idle", acting.idle),
        ("POST", "/enrolment/photo", pictures.check),
        ("POST", "/enrolment", changing(pictures.enrol)),
        ("POST", "/self-test", pictures.test),
    ]
    http = [
        Route(f"/api/me{path}", for_agents(context, act), methods=[method]) for method, path, act in table
    ]
    return [*http, WebSocketRoute("/live", Live(context, hub, timing).serve)]
