"""The control plane under `/_sim`: what a test, a demo or a person may do to the simulated world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_sdk.simulating.control import Act, acting, log_of, redirect_in
from atdesk_zoom.simulator.footage import SAMPLES
from atdesk_zoom.simulator.people import Participant
from atdesk_zoom.simulator.room import Room
from atdesk_zoom.simulator.stream import Stream
from atdesk_zoom.vocabulary import StopReason

if TYPE_CHECKING:
    from atdesk_zoom.simulator.server import ZoomSimulator


class Control:
    """The `/_sim` routes over one simulator."""

    def __init__(self, sim: ZoomSimulator) -> None:
        self._sim = sim

    def routes(self) -> list[Route]:
        """The Starlette routes."""
        acts: dict[str, Act] = {
            "participants": self._join,
            "participants/{user_id}": self._change_participant,
            "stream": self._change_stream,
            "faults": self._faults,
            "open_points": self._open_points,
            "timing": self._timing,
            "presence": self._presence,
            "agent_status": self._agent_status,
            "click": self._click,
            "webhook": self._webhook,
            "tokens": self._tokens,
            "redirects": self._redirect,
        }
        return [
            Route("/_sim", self._state, methods=["GET"]),
            log_of(self._sim.journal),
            *acting(acts),
        ]

    # ---- looking -----------------------------------------------------------------------------------------

    async def _state(self, _: Request) -> Response:
        sim = self._sim
        return JSONResponse(
            {
                "people": [
                    {
                        "id": one.id,
                        "name": one.name,
                        "presence": one.presence,
                        "agent_status": sim.center.shown(one.id),
                        "jid": one.jid,
                    }
                    for one in sim.people.values()
                ],
                "participants": [_shown(one) for one in sim.room.meeting.participants.values()],
                "streams": [_stream_shown(one) for one in sim.room.streams.values()],
                "cards": [
                    {"message_id": one.message_id, "to_jid": one.to_jid, "content": one.content}
                    for one in sim.chat.cards.values()
                ],
            }
        )

    # ---- changing ----------------------------------------------------------------------------------------

    async def _join(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"name", "footage"?, "person_id"?, "camera"?}`; footage: a path, or sample `a` or `b`."""
        footage = _footage(body.get("footage", "a"))
        camera_on, person_id = bool(body.get("camera", True)), body.get("person_id")
        who = await self._sim.room.join(str(body["name"]), footage, person_id=person_id, camera_on=camera_on)
        return _shown(who)

    async def _change_participant(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"camera"?, "frozen"?, "footage"?, "name"?, "speak"?, "rejoin"?, "leave"?}`, in this order."""
        room, user_id = self._sim.room, int(body["user_id"])
        who = room.meeting.participants[user_id]
        if "camera" in body:
            await room.camera(user_id, on=bool(body["camera"]))
        if "frozen" in body:
            await room.freeze(user_id, on=bool(body["frozen"]))
        if "footage" in body:
            room.play(user_id, _footage(body["footage"]))
        if "name" in body:
            room.rename(user_id, str(body["name"]))
        if body.get("speak"):
            await room.speak(user_id)
        if body.get("rejoin"):
            await room.rejoin(user_id)
        elif body.get("leave"):
            await room.leave(user_id)
        return _shown(who)

    async def _change_stream(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"do": what, "reason"?, "operator_id"?}`.

        `do` is start, pause, resume, stop, fail_server, drop_signaling, drop_media or end.
        """
        room = self._sim.room
        await _stream_act(room, body)
        stream = room.stream
        return {"stream_id": stream.stream_id, "state": stream.state.name, "ws_url": room.server_url(stream)}

    async def _faults(self, body: dict[str, Any]) -> dict[str, Any]:
        self._sim.faults.change(body)
        return {"changed": sorted(body)}

    async def _open_points(self, body: dict[str, Any]) -> dict[str, Any]:
        self._sim.open_points.change(body)
        return {"changed": sorted(body)}

    async def _timing(self, body: dict[str, Any]) -> dict[str, Any]:
        self._sim.timing.change(body)
        return {"changed": sorted(body)}

    async def _presence(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"user_id", "status"?, "signed_in"?}`: the user changes it in the Zoom client."""
        person = self._sim.people[str(body["user_id"])]
        self._sim.presences.sign(person, signed_in=bool(body.get("signed_in", person.signed_in)))
        if "status" in body:
            self._sim.presences.set(person, str(body["status"]))
        return {"id": person.id, "presence": person.presence}

    async def _agent_status(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"user_id", "status"?, "reason"?, "engaged"?}`: an agent chooses, or is in an engagement."""
        user_id, center = self._sim.people[str(body["user_id"])].id, self._sim.center
        if "status" in body:
            center.choose(user_id, str(body["status"]), str(body.get("reason") or ""))
        if "engaged" in body:
            center.engage(user_id, on=bool(body["engaged"]))
        return {"id": user_id, "agent_status": center.shown(user_id)}

    async def _click(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"message_id", "value", "user_id"}`: somebody presses a card's button."""
        self._sim.chat.click(str(body["message_id"]), str(body["value"]), str(body["user_id"]))
        return {"clicked": body["value"]}

    async def _webhook(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"url"?, "bot_url"?}`: set the receivers; the answer says whether each passed the challenge."""
        sim, passed = self._sim, {}
        for key, sender in (("url", sim.webhooks), ("bot_url", sim.bot)):
            if key in body:
                sender.url = str(body[key])
                passed[key] = await sender.validate()
        return {"challenge_passed": passed}

    async def _tokens(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"revoke": true}`: every token given out ends now; `"people"`: those of people; `"codes"`."""
        wanted = body.get("revoke", False)
        acts = {
            True: self._sim.tokens.revoke_all,
            "people": self._sim.tokens.revoke_people,
            "codes": self._sim.sign_in.expire_codes,
        }
        if wanted in acts:
            acts[wanted]()
        return {"revoked": wanted in acts}

    async def _redirect(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"uri"}`: where people may be sent back to, as on the app's page in the Marketplace."""
        self._sim.sign_in.redirects.add(redirect_in(body))
        return {"redirects": sorted(self._sim.sign_in.redirects)}


async def _stream_act(room: Room, body: dict[str, Any]) -> None:
    what = body.get("do")
    if what == "start":
        room.start_stream(body.get("operator_id"))
    elif what in ("pause", "resume"):
        await room.stream.pause(on=what == "pause")
    elif what == "stop":
        await room.stream.stop(StopReason(int(body.get("reason", StopReason.USER_TRIGGERED))))
    elif what == "fail_server":
        await room.fail_server()
    elif what == "drop_signaling":
        room.drop_signaling()
    elif what == "drop_media":
        room.drop_media()
    elif what == "end":
        await room.end()
    else:
        raise ValueError(f"{what!r} is nothing a stream can do")


def _footage(wanted: object) -> object:
    return SAMPLES / f"person_{wanted}.mp4" if wanted in ("a", "b") else wanted


def _stream_shown(stream: Stream) -> dict[str, Any]:
    return {
        "stream_id": stream.stream_id,
        "state": stream.state.name,
        "paused": stream.paused,
        "slot": stream.slot,
    }


def _shown(who: Participant) -> dict[str, Any]:
    return {
        "user_id": who.user_id,
        "name": who.name,
        "person_id": who.person_id,
        "camera": who.camera_on,
        "frozen": who.frozen is not None,
    }
