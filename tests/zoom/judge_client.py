"""The vendor's own RTMS client as a process of its own: prints what it is told, one JSON list a line.

Run with one JSON argument (`uuid`, `stream_id`, `url`, `client_id`, `client_secret`, `fps`, `codec`,
`timeout_ms`), or with `constants` to print the client's enumerations. It leaves when its standard input ends.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import rtms

ENUMS = (
    "MessageType",
    "StopReason",
    "MediaDataType",
    "VideoCodec",
    "VideoResolution",
    "DataOption",
    "SessionState",
    "StreamState",
    "EventType",
    "VideoContentType",
)


def say(*what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def constants() -> None:
    for name in ENUMS:
        members = getattr(rtms, name).__members__
        say("enum", name, {key: int(value) for key, value in members.items()})


def video_params(fps: int, codec: int) -> Any:
    params = rtms.VideoParams()
    params.content_type, params.codec, params.resolution = 3, codec, 1
    params.data_opt, params.fps = 4, fps
    return params


def listen(client: Any) -> None:
    def on_video(users: Any, on: bool) -> None:
        numbers = [int(user) for user in users]
        say("camera", numbers, bool(on))
        if on:
            client.subscribe_video(numbers[0], True)

    def on_picture(data: bytes, size: int, timestamp: int, metadata: Any) -> None:
        say("picture", metadata.userId, metadata.userName, timestamp, base64.b64encode(data[:size]).decode())

    client.on_join_confirm(lambda reason: say("joined", int(reason)))
    client.on_session_update(lambda operation, session: say("session", int(operation)))
    client.on_user_update(lambda operation, user: say("user", int(operation), int(user.id), user.name))
    client.on_participant_video(on_video)
    client.on_video_subscribed(lambda user, status, error: say("subscribed", int(user), int(status)))
    client.on_video_data(on_picture)
    client.on_media_connection_interrupted(lambda timestamp: say("media_interrupted"))
    client.on_leave(lambda reason: say("left", int(reason)))


def main() -> None:
    if sys.argv[1] == "constants":
        constants()
        return
    wanted = json.loads(sys.argv[1])
    client = rtms.Client()
    listen(client)
    client.set_video_params(video_params(wanted["fps"], wanted["codec"]))
    client.join(
        meeting_uuid=wanted["uuid"],
        rtms_stream_id=wanted["stream_id"],
        server_urls=wanted["url"],
        client=wanted["client_id"],
        secret=wanted["client_secret"],
        timeout=wanted["timeout_ms"],
    )
    sys.stdin.read()
    client.leave()


if __name__ == "__main__":
    main()
