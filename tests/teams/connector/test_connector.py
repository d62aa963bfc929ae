"""The Connector without HTTP: conversations, messages, rosters, limits, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_teams.simulator.connector import Connector
from atdesk_teams.simulator.connector_errors import Refused
from atdesk_teams.simulator.conversations import Conversations, base_of, thread_of
from atdesk_teams.simulator.tenant import CLIENT_ID, LEADS, PEOPLE
from atdesk_teams.simulator.world import Clock, World
from tests.teams.connector.cards import card, message

MIRA = PEOPLE[0][0]


class House:
    """A tenant whose team has the bot, on a clock that only the test moves."""

    def __init__(self) -> None:
        self.clock = Clock(lambda: 1_700_000_000.0)
        self.world = World(clock=self.clock)
        self.talks = Conversations(CLIENT_ID, self.world)
        self.talks.in_team = True
        self.connector = Connector(self.talks, self.clock)
        self.channel = self.world.team.channels[-1].id

    def card_of(self, message_id: str) -> Any:
        """The card that stands there."""
        return self.talks.messages[message_id].activity["attachments"][0]["content"]

    def refused(self, status: int, code: str, what: Any) -> Refused:
        """Check that `what()` is refused so."""
        with pytest.raises(Refused) as caught:
            what()
        assert (caught.value.status, caught.value.body["error"]["code"]) == (status, code)
        return caught.value


@pytest.fixture
def house() -> House:
    return House()


def in_channel(house: House, activity: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"channelData": {"channel": {"id": house.channel}}, "activity": activity or message()}


class TestPosting:
    def test_a_thread_in_a_channel_is_named_after_its_first_message(self, house: House) -> None:
        begun = house.connector.begin(in_channel(house))
        assert begun["id"] == f"{house.channel};messageid={begun['activityId']}"
        assert [one.id for one in house.talks.standing(house.channel)] == [begun["activityId"]]

    def test_a_post_into_a_channel_begins_a_thread_too(self, house: House) -> None:
        sent = house.connector.post(house.channel, message())
        stands = house.talks.messages[sent["id"]]
        assert (base_of(stands.conversation_id), thread_of(stands.conversation_id)) == (
            house.channel,
            sent["id"],
        )

    @pytest.mark.parametrize("way", ["thread", "replyToId"])
    def test_a_reply_stands_in_the_thread(self, house: House, way: str) -> None:
        begun = house.connector.begin(in_channel(house))
        where = begun["id"] if way == "thread" else house.channel
        more = {} if way == "thread" else {"replyToId": begun["activityId"]}
        reply = house.connector.post(where, message() | more)
        assert house.talks.messages[reply["id"]].conversation_id == begun["id"]

    def test_a_reply_to_a_thread_that_is_not_there_is_404(self, house: House) -> None:
        where = f"{house.channel};messageid=1"
        house.refused(404, "ActivityNotFoundInConversation", lambda: house.connector.post(where, message()))

    def test_the_same_message_twice_stands_twice(self, house: House) -> None:
        first, second = (house.connector.post(house.channel, message()) for _ in range(2))
        assert first != second
        assert len(house.talks.standing()) == 2

    def test_an_update_takes_the_place_of_what_was_there(self, house: House) -> None:
        begun = house.connector.begin(in_channel(house))
        for where in (begun["id"], house.channel):
            answer = house.connector.change(where, begun["activityId"], message(card(f"Back {where}")))
            assert answer == {"id": begun["activityId"]}
            assert house.card_of(begun["activityId"])["body"][0]["text"] == f"Back {where}"
        assert house.talks.messages[begun["activityId"]].versions == 3

    def test_what_was_deleted_can_neither_be_changed_nor_deleted(self, house: House) -> None:
        sent = house.connector.post(house.channel, message())["id"]
        house.connector.delete(house.channel, sent)
        assert house.talks.standing() == []
        gone = "ActivityNotFoundInConversation"
        house.refused(404, gone, lambda: house.connector.delete(house.channel, sent))
        house.refused(404, gone, lambda: house.connector.change(house.channel, sent, message()))

    def test_a_message_is_found_in_its_own_conversation_only(self, house: House) -> None:
        sent = house.connector.post(house.channel, message())["id"]
        general = house.world.team.id
        gone = "ActivityNotFoundInConversation"
        house.refused(404, gone, lambda: house.connector.change(general, sent, message()))

    @pytest.mark.parametrize("splits", [True, False])
    def test_text_beside_a_card_may_become_two_messages_without_a_name(
        self, house: House, splits: bool
    ) -> None:
        house.connector.open_points.splits = splits
        answer = house.connector.post(house.channel, message() | {"text": "Look"})
        assert ("id" in answer) is not splits
        assert len(house.talks.standing()) == (2 if splits else 1)

    def test_typing_leaves_nothing_behind(self, house: House) -> None:
        assert house.connector.post(house.channel, {"type": "typing"}) == {}
        assert house.talks.standing() == []

    def test_a_targeted_message_names_its_recipient(self, house: House) -> None:
        recipient = {"recipient": {"id": house.world.user(LEADS[0]).mri}}
        sent = house.connector.post(house.channel, message() | recipient, for_one=True)
        assert house.talks.messages[sent["id"]].for_one == recipient["recipient"]["id"]
        house.refused(
            400, "Bad argument", lambda: house.connector.post(house.channel, message(), for_one=True)
        )


class TestChats:
    def chat(self, house: House, member: str, **more: Any) -> dict[str, Any]:
        body = {"members": [{"id": member}], "tenantId": house.world.tenant_id} | more
        return house.connector.begin(body)

    @pytest.mark.parametrize("by", ["id", "mri"])
    def test_the_chat_with_a_person_is_always_the_same(self, house: House, by: str) -> None:
        house.talks.installed.add(MIRA)
        named = str(getattr(house.world.user(MIRA), by))
        first, second = self.chat(house, named), self.chat(house, named, activity=message())
        assert first["id"] == second["id"] == house.talks.chat(MIRA)
        assert "activityId" not in first
        assert second["activityId"] in house.talks.messages

    def test_an_object_id_may_not_do(self, house: House) -> None:
        house.talks.installed.add(MIRA)
        house.connector.open_points.members_by_object_id = False
        house.refused(404, "NotFound", lambda: self.chat(house, MIRA))
        assert self.chat(house, house.world.user(MIRA).mri)["id"]

    def test_who_has_not_got_the_app_cannot_be_written_to(self, house: House) -> None:
        house.refused(403, "ForbiddenOperationException", lambda: self.chat(house, MIRA))

    def test_a_member_of_the_team_has_it(self, house: House) -> None:
        assert self.chat(house, LEADS[0])["id"]

    def test_a_blocked_bot_is_told_in_the_shape_of_its_own(self, house: House) -> None:
        house.talks.installed.add(MIRA)
        where = self.chat(house, MIRA)["id"]
        house.talks.blocked.add(MIRA)
        with pytest.raises(Refused) as caught:
            house.connector.post(where, message())
        assert (caught.value.status, caught.value.body["errorCode"]) == (403, 209)
        assert '"subCode": "MessageWritesBlocked"' in caught.value.body["message"]

    def test_another_tenant_and_a_deleted_user_are_404(self, house: House) -> None:
        house.talks.installed.add(MIRA)
        house.refused(404, "NotFound", lambda: self.chat(house, MIRA, tenantId="another"))
        chat = self.chat(house, MIRA)["id"]
        house.world.remove_user(MIRA)
        house.refused(404, "NotFound", lambda: self.chat(house, MIRA))
        house.refused(404, "ConversationNotFound", lambda: house.connector.post(chat, message()))

    def test_a_chat_needs_one_member_and_a_tenant(self, house: House) -> None:
        house.refused(400, "BadSyntax", lambda: house.connector.begin({"members": [{"id": MIRA}]}))
        house.refused(400, "BadSyntax", lambda: house.connector.begin({"tenantId": house.world.tenant_id}))


class TestRefusals:
    def test_a_bot_outside_the_team_writes_and_reads_nothing_there(self, house: House) -> None:
        house.talks.in_team = False
        outside = "BotNotInConversationRoster"
        house.refused(403, outside, lambda: house.connector.post(house.channel, message()))
        house.refused(403, outside, lambda: house.connector.members(house.channel))
        house.refused(403, outside, lambda: house.connector.team(house.world.team.id))

    def test_a_conversation_that_is_gone(self, house: House) -> None:
        house.talks.gone.add(house.channel)
        gone = "ConversationNotFound"
        house.refused(404, gone, lambda: house.connector.post(house.channel, message()))
        house.refused(404, gone, lambda: house.connector.begin(in_channel(house)))
        house.refused(404, gone, lambda: house.connector.page("19:nothing@thread.tacv2", None, ""))

    def test_a_card_too_new_is_refused(self, house: House) -> None:
        newer = message(card(version="1.6"))
        refused = house.refused(400, "BadSyntax", lambda: house.connector.post(house.channel, newer))
        assert "1.5 is the newest" in str(refused)
        assert house.talks.standing() == []

    def test_a_message_is_measured_in_utf16_without_its_pictures(self, house: House) -> None:
        wide = message(card("x" * 60_000))
        refused = house.refused(413, "MessageSizeTooBig", lambda: house.connector.post(house.channel, wide))
        assert refused.retry_after is None
        picture = {"type": "Image", "url": "data:image/png;base64," + "A" * 200_000}
        assert house.connector.post(house.channel, message(card(body=[picture])))["id"]

    def test_an_activity_without_a_type(self, house: House) -> None:
        house.refused(400, "BadSyntax", lambda: house.connector.post(house.channel, {"text": "Hi"}))


class TestLimits:
    def test_eight_at_once_are_one_too_many(self, house: House) -> None:
        for _ in range(7):
            house.connector.post(house.channel, message())
        refused = house.refused(429, "Throttled", lambda: house.connector.post(house.channel, message()))
        assert refused.retry_after == pytest.approx(1.0)
        house.clock.skip(1.0)
        house.connector.post(house.channel, message())
        assert len(house.talks.standing()) == 8

    def test_updates_count_as_posts_do_and_a_thread_is_its_channel(self, house: House) -> None:
        begun = house.connector.begin(in_channel(house))
        for _ in range(7):
            house.connector.change(begun["id"], begun["activityId"], message())
        house.refused(429, "Throttled", lambda: house.connector.post(house.channel, message()))
        other = house.world.team.id
        assert house.connector.post(other, message())["id"]

    def test_sixty_within_half_a_minute_and_no_more(self, house: House) -> None:
        for _ in range(60):
            house.connector.post(house.channel, message())
            house.clock.skip(0.4)
        refused = house.refused(429, "Throttled", lambda: house.connector.post(house.channel, message()))
        assert refused.retry_after == pytest.approx(6.0)

    def test_what_was_refused_does_not_count(self, house: House) -> None:
        for _ in range(7):
            house.connector.post(house.channel, message())
        for _ in range(20):
            house.refused(429, "Throttled", lambda: house.connector.post(house.channel, message()))
        house.clock.skip(1.0)
        assert house.connector.post(house.channel, message())["id"]

    def test_the_app_as_a_whole_has_thirty_a_second(self, house: House) -> None:
        for person, _ in PEOPLE[:5]:
            house.talks.installed.add(person)
            for _ in range(6):
                house.connector.post(house.talks.chat(person), message())
        house.refused(429, "Throttled", lambda: house.connector.post(house.channel, message()))

    def test_the_wait_may_not_be_said(self, house: House) -> None:
        house.connector.limits.retry_after = False
        for _ in range(7):
            house.connector.post(house.channel, message())
        refused = house.refused(429, "Throttled", lambda: house.connector.post(house.channel, message()))
        assert refused.retry_after is None

    @given(st.lists(st.floats(min_value=0.0, max_value=1.5), min_size=1, max_size=80))
    def test_no_window_ever_holds_more_than_it_may(self, pauses: list[float]) -> None:
        house, admitted = House(), list[float]()
        for pause in pauses:
            house.clock.skip(pause)
            try:
                house.connector.post(house.channel, {"type": "message", "text": "Hi"})
            except Refused as refused:
                house.clock.skip((refused.retry_after or 0.0) + 1e-6)
                house.connector.post(house.channel, {"type": "message", "text": "Hi"})
            admitted.append(house.clock())
        for count, seconds in house.connector.limits.windows["send"]:
            spans = [late - early for early, late in zip(admitted, admitted[count:], strict=False)]
            assert all(span >= seconds - 1e-3 for span in spans)


class TestRosters:
    def test_the_channel_shows_the_members_of_the_team(self, house: House) -> None:
        (member,) = house.connector.members(house.channel)
        lead = house.world.user(LEADS[0])
        assert (member["id"], member["aadObjectId"], member["name"]) == (lead.mri, lead.id, lead.name)
        assert house.connector.members(house.world.team.id) == [member]
        assert house.connector.member(house.channel, lead.id) == member
        house.refused(
            404, "MemberNotFoundInConversation", lambda: house.connector.member(house.channel, MIRA)
        )

    def test_a_chat_has_one_member(self, house: House) -> None:
        house.talks.installed.add(MIRA)
        (member,) = house.connector.members(house.talks.chat(MIRA))
        assert member["aadObjectId"] == MIRA
        house.talks.installed.discard(MIRA)
        outside = "BotNotInConversationRoster"
        house.refused(403, outside, lambda: house.connector.members(house.talks.chat(MIRA)))

    def test_a_long_roster_comes_in_pages(self) -> None:
        people = [(f"c0ffee00-0000-4000-8000-{number:012}", f"Lead {number}") for number in range(120)]
        world = World(people, leads=[uid for uid, _ in people], clock=Clock(lambda: 1.7e9))
        talks = Conversations(CLIENT_ID, world)
        talks.in_team = True
        connector = Connector(talks, world.clock)
        pages, after = [connector.page(world.team.id, 10, "")], ""
        while after := pages[-1].get("continuationToken", ""):
            pages.append(connector.page(world.team.id, 10, after))
        assert [len(page["members"]) for page in pages] == [50, 50, 20]
        assert [one["aadObjectId"] for page in pages for one in page["members"]] == [uid for uid, _ in people]
        with pytest.raises(Refused, match="continuation token"):
            connector.page(world.team.id, 10, "zz")

    def test_the_team_and_its_channels(self, house: House) -> None:
        team = house.world.team
        told = house.connector.team(team.id)
        assert (told["name"], told["channelCount"], told["memberCount"]) == (team.name, 2, 1)
        general, flags = house.connector.channels(team.id)["conversations"]
        assert general == {"id": team.id}
        assert flags == {"id": house.channel, "name": team.channels[-1].name}
        house.refused(404, "NotFound", lambda: house.connector.team("19:other@thread.tacv2"))
