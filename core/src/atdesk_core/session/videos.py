"""The videos that can be asked for, and the meetings that the agent is in without one."""

from dataclasses import replace

from atdesk_core.session.flags import close_flag
from atdesk_core.session.looks import close_look
from atdesk_core.session.parts import DarkMeeting, Video
from atdesk_core.session.turn import Turn
from atdesk_core.session.writing import video_ended
from atdesk_sdk import CouldNotTell, FlagStatus, Meeting, MeetingChanged, VideoClosed, VideoOpened


def video_opened(turn: Turn, event: VideoOpened) -> None:
    """A video can be asked for; what comes with an address that is known takes its place."""
    others = tuple(video for video in turn.session.videos if video.key != event.key)
    dark = tuple(one for one in turn.session.dark_meetings if not _gives_light(event, one))
    turn.change(
        videos=(*others, Video(event.key, event.meeting, event.account)),
        dark_meetings=dark,
        next_look_at=turn.now,
    )


def _gives_light(event: VideoOpened, dark: DarkMeeting) -> bool:
    """The same meeting gives a video again, also where another stream of it took over."""
    again = event.meeting is not None and event.meeting.meeting_id == dark.meeting_id
    return event.key == dark.key or (again and event.key.adapter == dark.key.adapter)


def meeting_changed(turn: Turn, event: MeetingChanged) -> None:
    """Somebody joined or left the meeting, or a guest came."""
    turn.change(
        videos=tuple(
            replace(video, meeting=event.meeting) if video.key == event.key else video
            for video in turn.session.videos
        )
    )


def video_closed(turn: Turn, event: VideoClosed) -> None:
    """A video is gone. That is never absence."""
    closed = next((video for video in turn.session.videos if video.key == event.key), None)
    _keep_dark(turn, event, closed.meeting if closed is not None else None)
    if closed is None:
        return
    if turn.session.look is not None and turn.session.look.key == event.key:
        close_look(turn, event.reason)
    turn.change(videos=tuple(video for video in turn.session.videos if video.key != event.key))
    if turn.session.videos:
        return
    turn.lose_sight(event.reason)
    video_ended(turn)
    flag = turn.session.open_flag("absence")
    if flag is not None and turn.session.claim is not None:
        close_flag(turn, flag, FlagStatus.EXPIRED)


def _keep_dark(turn: Turn, event: VideoClosed, meeting: Meeting | None) -> None:
    """Whoever turns the camera off in a meeting is still in it; `no_signal` is what says that they left."""
    dark = tuple(one for one in turn.session.dark_meetings if one.key != event.key)
    if event.reason is CouldNotTell.NO_SIGNAL:
        turn.change(dark_meetings=dark)
    elif meeting is not None:
        turn.change(dark_meetings=(*dark, DarkMeeting(event.key, meeting.meeting_id)))
