"""The switches: what can go wrong, and what Zoom's documentation leaves open."""

from __future__ import annotations

from dataclasses import dataclass, field

from atdesk_sdk.simulating.switches import Switches


@dataclass(slots=True)
class Faults(Switches):
    """What goes wrong. Everything is off at the start; counters count down as they are used.

    Attributes:
        binary_frames: JSON travels in binary WebSocket frames, as the vendor's own client sends it.
        string_user_ids: `user_id` is text in every RTMS message, as some of Zoom's samples print it [D-EV].
        omit_length: Message 15 has no `length` (before 2026-05 it had none).
        unknown_messages: Before each picture comes a message of type 99 and a frame that is no JSON.
        bad_base64: `data` of message 15 is not base64.
        truncated_jpg: The picture ends half way.
        huge_jpg_bytes: The picture is padded to this many bytes; 0 is off.
        h264_instead: H.264 bytes come although JPG was agreed.
        shrink_picture: Every other picture is half as wide and high (resolution change).
        late_frames: So many pictures of the person before still come after the slot was given to another.
        duplicates: The next so many signaling handshakes get 8, as if the connection before still stood.
        mute_keep_alive: No message 12 is sent.
        keep_alive_without_sequence: Message 12 carries the timestamp alone, as Zoom's page shows it.
        too_many: The next so many REST calls get 429.
        retry_after_s: The `Retry-After` of those; 0 leaves the header out.
        lose_answers: The next so many REST calls that change something are carried out, their answer is lost.
        refuse_tokens: The next so many token requests get 401.
        unavailable: The next so many REST calls get 503.
        refuse_presence: The next so many changes of a presence fail with 5301.
        forbid_presence: Changes of a presence are refused with 5411.
        missing_scopes: Scopes that the server-to-server app lacks; answered with 400 and 4711.
        reasons_at_most: How many Not Ready reasons the account may have; one more is 1105.
        drop_reasons: The next so many Contact Center changes are accepted, and their reason is not saved.
        nested_payload: RTMS webhooks carry their fields under `payload.object`, as one Zoom text shows.
        lose_webhooks: Names of events whose webhook is never sent.
        repeat_webhooks: Each webhook is sent twice, byte for byte.
        wrong_webhook_signature: Webhooks are signed with another secret.
        stale_webhooks_s: Webhooks carry a timestamp this old.
    """

    binary_frames: bool = False
    string_user_ids: bool = False
    omit_length: bool = False
    unknown_messages: bool = False
    bad_base64: bool = False
    truncated_jpg: bool = False
    huge_jpg_bytes: int = 0
    h264_instead: bool = False
    shrink_picture: bool = False
    late_frames: int = 0
    duplicates: int = 0
    mute_keep_alive: bool = False
    keep_alive_without_sequence: bool = False
    too_many: int = 0
    retry_after_s: float = 0.0
    lose_answers: int = 0
    refuse_tokens: int = 0
    unavailable: int = 0
    refuse_presence: int = 0
    forbid_presence: bool = False
    missing_scopes: set[str] = field(default_factory=set)
    reasons_at_most: int = 20
    drop_reasons: int = 0
    nested_payload: bool = False
    lose_webhooks: set[str] = field(default_factory=set)
    repeat_webhooks: bool = False
    wrong_webhook_signature: bool = False
    stale_webhooks_s: float = 0.0

    def take(self, counter: str) -> bool:
        """Use up one of a counter; whether there was one."""
        left = int(getattr(self, counter))
        if left > 0:
            setattr(self, counter, left - 1)
        return left > 0


@dataclass(slots=True)
class OpenPoints(Switches):
    """Points on which Zoom's documentation is silent; an adapter must live with either answer.

    Attributes:
        displace_signaling: A second signaling connection displaces the first, instead of getting status 8.
        replay_joins: A subscription to event 3 is answered with those who are already there.
        replay_video_on: A subscription to event 8 is answered with the cameras that are already on.
        resume_by_itself: When a camera comes back, the old individual subscription goes on without a new 28.
        user_ids_match: `user_id` in participant webhooks is the RTMS `user_id`.
        away_in_meeting: A user who is In_Meeting may be set to Away.
        meeting_shows_again: Whose Away is taken back while they are in a meeting is shown In_Meeting again.
        presence_echo: A presence that was set through REST is told by an event.
        status_echo: The same for a Contact Center status.
        date_with_dash: The presence event says `date-time`, as its sample does, and not `date_time`.
        read_words: Which words a read of a presence uses: `event`, `enum` or `prose`.
        agent_fields: What stands before `status_id` and its like when an agent is read.
        occupied_can_be_set: An agent's status may be changed in an engagement.
        names_scopes: A token's answer names its scopes.
        developer_pack: The account may start RTMS (otherwise error 2310).
        active_status_on_reconnect: After a reconnect, messages 8 and 9 say ACTIVE and STARTED again.
    """

    displace_signaling: bool = False
    replay_joins: bool = True
    replay_video_on: bool = True
    resume_by_itself: bool = False
    user_ids_match: bool = True
    away_in_meeting: bool = False
    meeting_shows_again: bool = True
    presence_echo: bool = True
    status_echo: bool = True
    date_with_dash: bool = False
    read_words: str = "event"
    agent_fields: str = ""
    occupied_can_be_set: bool = False
    names_scopes: bool = True
    developer_pack: bool = True
    active_status_on_reconnect: bool = True
