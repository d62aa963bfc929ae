"""What the agent reads: short, plain, and never more than the agent may know."""

from datetime import datetime
from zoneinfo import ZoneInfo

from atdesk_core.runtime.own_words import language_of, say_in
from atdesk_core.session import NotifyAgent
from atdesk_sdk import NoticeKind

NOTICES = {
    NoticeKind.ABSENT: (
        "We have not seen you at your desk since {since}. Come back, pause, or tell your lead it is wrong. "
        "If nothing changes, you are set to Away at {lead_sees_at}."
    ),
    NoticeKind.DIFFERENT_PERSON: (
        "Somebody else seems to sit at your desk since {since}. If that is a mistake, pause or say so. "
        "If nothing changes, your lead is told at {lead_sees_at}."
    ),
    NoticeKind.EXTRA_PERSON: (
        "Somebody seems to be beside you since {since}. Nobody is identified. If that is nothing, pause or "
        "say so. If nothing changes, your lead is told at {lead_sees_at}."
    ),
    NoticeKind.PHONE: (
        "It looks as if you hold a phone since {since}. If that is a mistake, pause or say so. If nothing "
        "changes, your lead is told of a possible phone at {lead_sees_at}."
    ),
    NoticeKind.FOOD_OR_DRINK: (
        "It looks as if you eat or drink since {since}. Take a break if you like. If nothing changes, your "
        "lead is told at {lead_sees_at}."
    ),
    NoticeKind.BANNED_OBJECT: (
        "Something that your site does not allow at the desk seems to be there since {since}. If that is a "
        "mistake, pause or say so. If nothing changes, your lead is told at {lead_sees_at}."
    ),
    NoticeKind.INPUT_IDLE: (
        "Your keyboard and mouse have been silent since {since}. Move the mouse, or pause. If nothing "
        "changes, your lead is told at {lead_sees_at}."
    ),
    NoticeKind.MADE_AWAY: (
        "You were set to Away. When you are back at your desk you are set to Available again."
    ),
    NoticeKind.RESTORED: "Welcome back: you are Available again. Go on queue yourself when you are ready.",
    NoticeKind.VIDEO_ENDED_WHILE_AWAY: (
        "Your video has ended, so we cannot see that you are back. Your Away stays: change it yourself."
    ),
    NoticeKind.MORE_LIGHT: (
        "The picture is too dark to tell anything. More light would help. Only you are told, once a shift at "
        "most. If you would rather not be, ask your administrator to switch the hint more_light off for you."
    ),
}


def notice_text(notice: NotifyAgent, time_zone: str, language: str = "en") -> str:
    """The text of a notice in the agent's language, with times as the agent's clock shows them."""
    zone = ZoneInfo(time_zone)

    def clock(at: float | None) -> str:
        return f"{datetime.fromtimestamp(at, zone):%H:%M:%S}" if at is not None else ""

    form = say_in(language)(NOTICES[notice.kind])
    return form.format(since=clock(notice.since), lead_sees_at=clock(notice.lead_sees_at))


DESK_CHECK = (
    "A desk check is planned for {when}: a person looks with you, in a normal video call. No program "
    "looks, and no picture is kept. You may move it once, without giving a reason; if you cannot come, "
    "nothing is held against you. The outcome stands in your own log."
)
CODE = (
    "A template of your face is to be made from photos of you. Ask to see the photos. If you agree to "
    "them, give this code to whoever enrols you: {code}. It is good until {until}. If "
    "you do not agree, do nothing: no template is made, and your lead is not told."
)


def desk_check_text(at: float, time_zone: str, language: str = "en") -> str:
    """What an agent reads of a desk check that is to come: when, who looks, and what it is not."""
    local, english = datetime.fromtimestamp(at, ZoneInfo(time_zone)), language_of(language) == "en"
    when = f"{local:%A %d %B, %H:%M}" if english else f"{local:%Y-%m-%d %H:%M}"
    return say_in(language)(DESK_CHECK).format(when=when)


def code_text(code: str, expires_at: float, time_zone: str, language: str = "en") -> str:
    """What an agent reads with a code: what it is for, and that nothing happens without it."""
    until = f"{datetime.fromtimestamp(expires_at, ZoneInfo(time_zone)):%H:%M}"
    return say_in(language)(CODE).format(code=f"{code[:4]}-{code[4:]}", until=until)
