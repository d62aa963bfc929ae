"""The vendor's own client judges the simulator: PureCloudPlatformClientV2 269.0.0 over real HTTP.

What the simulator says is put through the official models. The client drops keys that it does not know, so
those are looked for by hand; a value that an enum does not know becomes `outdated_sdk_version`.
"""

from __future__ import annotations

import importlib.util
import json
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from websockets.sync.client import ClientConnection, connect

from atdesk_genesys.simulator import Limits
from tests.genesys.official import EVENT_MODELS, Answer, InThread, Judge

pytestmark = [
    pytest.mark.judge,
    pytest.mark.skipif(
        importlib.util.find_spec("PureCloudPlatformClientV2") is None,
        reason="the Genesys SDK is not installed: pip install PureCloudPlatformClientV2==269.0.0",
    ),
]

REDIRECT = "https://atdesk.example/sign-in/genesys/callback"
EVERY_TOPIC = (
    "v2.users.{0}?activity&presence&routingStatus&conversations&conversationsummary&outofoffice&station",
    "v2.users.{0}.conversations?calls&videos",
)


@pytest.fixture(scope="session")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The official client. It watches a folder below HOME, so it gets an empty one; importing takes 2 s."""
    home = pytest.MonkeyPatch()
    home.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the vendor's modules warn of on import is not ours
        module = pytest.importorskip("PureCloudPlatformClientV2")
    yield module
    home.undo()


@pytest.fixture
def judge(sdk: Any) -> Iterator[Judge]:
    """A fresh simulator with the client signed in to it."""
    with InThread(time_factor=0.01) as server:
        sim = server.sim
        api = sdk.api_client.ApiClient(host=sim.base_url)
        api.get_client_credentials_token(sim.client_id, sim.client_secret)
        token = {"Authorization": f"Bearer {api.access_token}"}
        with httpx2.Client(base_url=sim.base_url, headers=token) as raw:
            yield Judge(sdk, api, server, raw)


@pytest.fixture
def uid(judge: Judge) -> str:
    return next(iter(judge.server.sim.world.agents))


def _subscribed(judge: Judge, uid: str) -> Any:
    notifications = judge.sdk.NotificationsApi(judge.api)
    channel = notifications.post_notifications_channels()
    topics = [judge.sdk.ChannelTopic() for _ in EVERY_TOPIC]
    for topic, pattern in zip(topics, EVERY_TOPIC, strict=True):
        topic.id = pattern.format(uid)
    listing = notifications.put_notifications_channel_subscriptions(channel.id, topics)
    assert [entity.state for entity in listing.entities] == ["Permitted", "Permitted"]
    return channel


def _frames(socket: ClientConnection, *, until: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    deadline = time.monotonic() + 5
    while not (frames and until(frames[-1])):
        frames.append(json.loads(socket.recv(timeout=max(0.0, deadline - time.monotonic()))))
    return frames


def _is_pong(frame: dict[str, Any]) -> bool:
    return frame.get("eventBody") == {"message": "pong"}


def test_the_check_of_the_reference(judge: Judge, uid: str) -> None:
    """Section 7 of the reference, as outlined, over real HTTP and a real socket."""
    channel = _subscribed(judge, uid)
    assert channel.expires.tzinfo is not None
    presence = judge.sdk.PresenceApi(judge.api)
    away = next(
        d
        for d in presence.get_presence_definitions().entities
        if d.language_labels["en_US"] == "Away from desk"
    )
    with connect(channel.connect_uri) as socket:
        update = presence.patch_user_presences_purecloud(uid, {"presenceDefinition": {"id": away.id}})
        assert update.presence_definition.id == away.id
        assert update.modified_date.tzinfo is not None
        echo = _frames(socket, until=lambda frame: frame["topicName"].endswith(".presence"))[-1]
        told = judge.api.deserialize(Answer(echo["eventBody"]), EVENT_MODELS["presence"])
        assert told.presence_definition.id == away.id
        assert told.modified_date == update.modified_date
        socket.send('{"message":"ping"}')
        assert _is_pong(_frames(socket, until=_is_pong)[-1])
        beat = _frames(socket, until=lambda frame: frame["eventBody"]["message"] != "pong")[-1]
        assert beat == {"topicName": "channel.metadata", "eventBody": {"message": "WebSocket Heartbeat"}}


def test_every_frame_of_the_socket(judge: Judge, uid: str) -> None:
    channel = _subscribed(judge, uid)
    world, platform, do = judge.server.sim.world, judge.server.sim.platform, judge.server.do
    with connect(channel.connect_uri) as socket:
        for presence in ("Idle", "Coffee", "Late lunch", "Away from desk", "On Queue"):
            do(partial(world.set_presence, uid, presence, "a note"))
        frames = _frames(socket, until=lambda frame: frame["topicName"].endswith("routingStatus"))
        for media in ("call", "video"):
            talk = do(partial(world.start_call, uid, media=media))
            do(partial(world.miss, talk))
            do(partial(world.offer_again, talk, uid))
            for act in (world.answer, world.hang_up, world.finish_acw):
                do(partial(act, talk))
        do(lambda: world.answer(world.start_call(uid, acd=False)))
        do(partial(world.request_off_queue, uid, "Break"))
        do(partial(world.set_out_of_office, uid, True))
        do(platform.revoke_tokens)
        do(platform.no_longer_subscribed)
        frames += _frames(socket, until=lambda frame: "no_longer_subscribed" in frame["topicName"])
    for frame in frames:
        if frame["topicName"] != "channel.metadata":
            judge.frame(frame)
    assert judge.judged == set(EVENT_MODELS.values())


def test_the_judge_is_not_blind(judge: Judge) -> None:
    """A key and a value that Genesys does not have are both caught."""
    good = {"id": "u", "routingStatus": {"status": "IDLE", "startTime": "2026-01-05T10:00:00.000Z"}}
    judge.body(good, "UserRoutingStatusUserRoutingStatus")
    with pytest.raises(AssertionError, match="unknown keys"):
        judge.body(good | {"bogus": 1}, "UserRoutingStatusUserRoutingStatus")
    with pytest.raises(AssertionError, match="unknown enum"):
        judge.body({"id": "u", "routingStatus": {"status": "NAPPING"}}, "UserRoutingStatusUserRoutingStatus")


def test_every_rest_body(judge: Judge, uid: str) -> None:
    _subscribed(judge, uid)
    expand = "presence,routingStatus,conversationSummary,outOfOffice"
    busy = judge.server.sim.world.definition("Special project").id
    judge.rest("POST", "/notifications/channels", "Channel")
    judge.rest("GET", "/notifications/channels", "ChannelEntityListing")
    judge.rest("GET", "/notifications/availabletopics", "AvailableTopicEntityListing")
    judge.rest("GET", "/presencedefinitions?pageSize=100", "OrganizationPresenceEntityListing")
    judge.rest("GET", "/presence/definitions", "OrganizationPresenceDefinitionEntityListing")
    judge.rest("GET", "/presence/settings", "PresenceSettings")
    judge.rest("GET", "/systempresences", "list[SystemPresence]")
    judge.rest("GET", f"/users/{uid}/presences/purecloud", "UserPresence")
    judge.rest("GET", f"/users/{uid}/routingstatus", "RoutingStatus")
    judge.rest("GET", f"/users/presences/purecloud/bulk?id={uid}", "list[UcUserPresence]")
    judge.rest("GET", f"/users?id={uid}&expand={expand}", "UserEntityListing")
    judge.rest("GET", "/tokens/me", "TokenInfo")
    wish = {"presenceDefinition": {"id": busy}, "message": "till four"}
    judge.rest("PATCH", f"/users/{uid}/presences/PURECLOUD", "UserPresence", json=wish)
    judge.rest("PUT", "/users/presences/bulk", "list[UserPresence]", json=[wish | {"id": uid}])
    made = {"languageLabels": {"en_US": "Not at desk"}, "systemPresence": "Away"}
    judge.rest("POST", "/presence/definitions", "OrganizationPresenceDefinition", json=made)


def test_users_and_definitions_through_the_client(judge: Judge, uid: str) -> None:
    """The three casings of one system presence, as the official client reads them."""
    judge.server.do(lambda: judge.server.sim.world.set_presence(uid, "On Queue"))
    presence, users = judge.sdk.PresenceApi(judge.api), judge.sdk.UsersApi(judge.api)
    new = {d.system_presence for d in presence.get_presence_definitions().entities}
    with pytest.warns(DeprecationWarning, match="deprecated"):
        listing = presence.get_presencedefinitions(page_size=100)
    old = {d.system_presence for d in listing.entities}
    assert "OnQueue" in new
    assert "On Queue" in old
    user = users.get_users(id=[uid], expand=["presence", "routingStatus"]).entities[0]
    assert user.presence.presence_definition.id == judge.server.sim.world.definition("On Queue").id
    bulk = presence.get_users_presences_purecloud_bulk(id=[uid])
    assert [one.user_id for one in bulk] == [uid]


def test_channel_head(judge: Judge, uid: str) -> None:
    notifications = judge.sdk.NotificationsApi(judge.api)
    channel = notifications.post_notifications_channels()
    notifications.head_notifications_channel(channel.id)
    judge.server.do(judge.server.sim.platform.expire_channels)
    with pytest.raises(judge.sdk.rest.ApiException) as gone:
        notifications.head_notifications_channel(channel.id)
    assert gone.value.status == 404


def test_the_members_of_a_group(judge: Judge) -> None:
    sim = judge.server.sim
    group = next(iter(sim.world.groups))
    members = judge.sdk.GroupsApi(judge.api).get_group_members(group)
    assert [member.id for member in members.entities] == sim.world.groups[group]
    judge.rest("GET", f"/groups/{group}/members", "UserEntityListing")


def _code(judge: Judge, call: Callable[[], object], status: int) -> str:
    with pytest.raises(judge.sdk.rest.ApiException) as refused:
        call()
    assert refused.value.status == status
    body = json.loads(refused.value.body)
    judge.body(body, "ErrorBody")
    return str(body["code"])


@pytest.mark.parametrize(
    ("permission", "presence", "code"),
    [
        ("presence:userPresence:edit", "Away", "presence.not.authorized.update.other.user.presence"),
        ("routing:agent:onqueue", "On Queue", "presence.not.authorized.update.on.queue"),
    ],
)
def test_refused_presence(judge: Judge, uid: str, permission: str, presence: str, code: str) -> None:
    sim = judge.server.sim
    sim.settings.permissions.discard(permission)
    api, wish = (
        judge.sdk.PresenceApi(judge.api),
        {"presenceDefinition": {"id": sim.world.definition(presence).id}},
    )
    assert _code(judge, lambda: api.patch_user_presences_purecloud(uid, wish), 403) == code


def test_other_refusals(judge: Judge, uid: str) -> None:
    sim = judge.server.sim
    api, users = judge.sdk.PresenceApi(judge.api), judge.sdk.UsersApi(judge.api)
    away = {"presenceDefinition": {"id": sim.world.definition("Away").id}}
    sim.settings.settle_s = 60.0
    api.patch_user_presences_purecloud(uid, away)
    assert (
        _code(judge, lambda: api.patch_user_presences_purecloud(uid, away), 409) == "presenceservice.conflict"
    )
    assert (
        _code(judge, lambda: api.patch_user_presences_purecloud("nobody", away), 404)
        == "presenceservice.usernotfound"
    )
    many = [str(number) for number in range(101)]
    assert _code(judge, lambda: users.get_users(id=many), 400) == "max.user.ids"
    assert _code(judge, lambda: api.get_users_presences_purecloud_bulk(id=many), 400) == "max.user.presences"
    on_queue = [{"id": uid, "presenceDefinition": {"id": sim.world.definition("On Queue").id}}]
    assert (
        _code(judge, lambda: api.put_users_presences_bulk(on_queue), 400)
        == "endpoint.does.not.support.on.queue"
    )
    wrong = {"status": "INTERACTING"}
    assert _code(judge, lambda: users.put_user_routingstatus(uid, wrong), 400) == "general.bad.request"
    sim.settings.permissions.clear()
    assert _code(judge, api.get_presence_definitions, 403) == "missing.permissions"
    judge.server.do(sim.platform.expire_tokens)
    assert _code(judge, api.get_presence_settings, 401) == "bad.credentials"


def _code_for(judge: Judge, challenge: str, user: str) -> str:
    """What a browser does between the vendor's two calls: open the page and pick who one is."""
    query = {
        "client_id": judge.server.sim.sign_in.client.id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "simulated_user": user,
    }
    back = judge.raw.get("/oauth/authorize", params=query, headers={"Authorization": ""})
    return parse_qs(urlsplit(back.headers["location"]).query)["code"][0]


def test_a_person_signs_in_by_pkce(judge: Judge, uid: str) -> None:
    """The vendor's own challenge, exchange and `users/me`, expanded; and its own On Queue for that person."""
    sim = judge.server.sim
    sim.sign_in.client.redirects.add(REDIRECT)
    page = judge.sdk.api_client.ApiClient(host=sim.base_url)
    verifier = page.generate_pkce_code_verifier(128)
    code = _code_for(judge, page.compute_pkce_code_challenge(verifier), uid)
    _, token = page.get_pkce_token(sim.sign_in.client.id, verifier, code, REDIRECT)
    assert token["expires_in"] > 0
    me = judge.sdk.UsersApi(page).get_users_me(expand=["organization", "presence"])
    assert (me.id, me.organization.name) == (uid, "Simulated organisation")
    raw = judge.raw.get("/api/v2/users/me?expand=organization,presence,routingStatus", headers=_as(page))
    judge.body(raw.json(), "UserMe")
    on_queue = {"presenceDefinition": {"id": sim.world.definition("On Queue").id}}
    judge.sdk.PresenceApi(page).patch_user_presences_purecloud(uid, on_queue)
    assert sim.world.agent(uid).definition.label == "On Queue"
    assert _code(judge, judge.sdk.UsersApi(judge.api).get_users_me, 400) == "not.a.user"
    with pytest.raises(judge.sdk.rest.ApiException) as refused:
        page.get_pkce_token(sim.sign_in.client.id, verifier, code, REDIRECT)
    assert json.loads(refused.value.body)["error"] == "invalid_grant"
    assert judge.raw.get("/api/v2/users/me", headers=_as(page)).status_code == 401


def _as(page: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {page.access_token}"}


def test_the_client_retries_a_429_by_itself(judge: Judge, uid: str) -> None:
    """With `Retry-After` its HTTP library sleeps and sends again: two hits in the log, no exception."""
    judge.server.do(lambda: judge.server.sim.faults.add("GET .*/presences/", status=429, retry_after=1))
    judge.sdk.PresenceApi(judge.api).get_user_presences_purecloud(uid)
    hits = judge.server.sim.log.all("GET .*/presences/")
    assert [hit.status for hit in hits] == [429, 200]
    assert hits[1].at_s - hits[0].at_s > 0.9


def test_the_request_limit(sdk: Any) -> None:
    """Beyond the limit: 429 with the three headers and `Retry-After`."""
    with InThread(limits=Limits(requests=3)) as server:
        sim = server.sim
        api = sdk.api_client.ApiClient(host=sim.base_url)
        api.get_client_credentials_token(sim.client_id, sim.client_secret)
        headers = {"Authorization": f"Bearer {api.access_token}"}
        with httpx2.Client(base_url=sim.base_url, headers=headers) as raw:
            answers = [raw.get("/api/v2/systempresences") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    last = answers[-1]
    assert last.json()["code"] == "too.many.requests.retry.after"
    assert last.headers["inin-ratelimit-allowed"] == "3"
    assert 0 < int(last.headers["retry-after"]) <= 60
    assert last.headers["inin-ratelimit-reset"] == last.headers["retry-after"]
