"""Every route of the running application, asked by everybody, for their own and for somebody else's.

The routes come from the application itself: one that is not in the table here fails the test.
"""

import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

import pytest
import pytest_asyncio
from starlette.routing import Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from atdesk_core.desk_checks import DeskCheck, Status, desk_check, schedule
from atdesk_core.identity import Known, Site, Vouching, import_roster, read_roster
from atdesk_core.runtime.service import Service
from atdesk_core.runtime.sign_in_config import RolesTable, SignInTable
from atdesk_core.store import Store
from atdesk_core.web.sign_in import Role
from atdesk_sdk import Capabilities
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import account, until
from tests.core.web.door import Door, DoorOffice
from tests.core.web.serving import TAB

# One service for all of them: none changes what another one reads.
pytestmark = pytest.mark.asyncio(loop_scope="module")

PRIVATE = Capabilities(flag_buttons=True, flag_edit=True, flag_private=True)
LET_IN = {200, 303, 410}
"""A lead without a good link is told that it is over (410): that the flag exists is theirs to know."""


class For(Enum):
    """For whom a route is."""

    ANYBODY = "anybody"
    THIS_MACHINE = "this machine"
    PROVEN = "whoever proves it in the request itself"
    THE_AGENT = "the agent, their own page alone"
    WHO_ANSWERS = "who answers flags of this agent"
    LEADS = "whoever leads somebody: the checks of those alone"
    WHO_LOOKS = "who leads the agent of this desk check"


ROUTES: Mapping[str, For] = {
    "GET /healthz": For.ANYBODY,
    "GET /readyz": For.ANYBODY,
    "GET /metrics": For.THIS_MACHINE,
    "GET /me": For.ANYBODY,
    "GET /me/": For.ANYBODY,
    "GET /sign-in": For.ANYBODY,
    "GET /sign-in/providers": For.ANYBODY,
    "GET /sign-in/static/{name}": For.ANYBODY,
    "GET /sign-in/{provider}/start": For.ANYBODY,
    "GET /sign-in/{provider}/callback": For.PROVEN,
    "GET /sign-in/demo/people": For.ANYBODY,
    "POST /sign-in/exchange": For.PROVEN,
    "POST /sign-in/teams": For.PROVEN,
    "POST /sign-out": For.PROVEN,
    "POST /ingress/scripted/button": For.PROVEN,
    "POST /frames/tokens": For.PROVEN,
    "SOCKET /frames": For.PROVEN,
    "SOCKET /live": For.PROVEN,
    "GET /api/me": For.THE_AGENT,
    "GET /api/me/log": For.THE_AGENT,
    "GET /api/me/export": For.THE_AGENT,
    "GET /api/me/consent": For.THE_AGENT,
    "POST /api/me/consent": For.THE_AGENT,
    "DELETE /api/me/consent": For.THE_AGENT,
    "POST /api/me/consent/refuse": For.THE_AGENT,
    "POST /api/me/pause": For.THE_AGENT,
    "POST /api/me/resume": For.THE_AGENT,
    "POST /api/me/break": For.THE_AGENT,
    "POST /api/me/back-on-queue": For.THE_AGENT,
    "POST /api/me/notices/{notice_id}/wrong": For.THE_AGENT,
    "POST /api/me/flags/{number}/dispute": For.THE_AGENT,
    "POST /api/me/idle": For.THE_AGENT,
    "POST /api/me/desk-checks/{check_id}/move": For.THE_AGENT,
    "POST /api/me/enrolment/photo": For.THE_AGENT,
    "POST /api/me/enrolment": For.THE_AGENT,
    "POST /api/me/self-test": For.THE_AGENT,
    "POST /api/me/effect": For.THE_AGENT,
    "GET /flags/static/flag.css": For.ANYBODY,
    "GET /flags/{number:str}": For.WHO_ANSWERS,
    "POST /flags/{number:str}/answer": For.WHO_ANSWERS,
    "POST /flags/{number:str}/picture": For.WHO_ANSWERS,
    "GET /flags/{number:str}/picture/{key:str}": For.WHO_ANSWERS,
    "GET /flags/{number:str}/{token:str}": For.WHO_ANSWERS,
    "GET /checks": For.LEADS,
    "GET /checks/{check_id:str}": For.WHO_LOOKS,
    "POST /checks/{check_id:str}/answer": For.WHO_LOOKS,
}
CHECK = "c4ec"
"""A desk check of Ann's that waits for its answer."""
NOT_SIGNED_IN = ("nobody", "made up", "signed out", "other tab", "no tab")
STATIC = "GET /me/static/"
"""Files of the page: anybody may load them, and there is nothing of anybody in them."""


@dataclass
class TwoTeams(DoorOffice):
    """Lee leads Ann and Bob. Mia leads Zed, in another team. Rae, Ian and Ada have roles by name."""

    roles: RolesTable = field(
        default_factory=lambda: RolesTable(reviewers=("rae",), integrators=("ian",), auditors=("ada",))
    )

    async def _fill(self, store: Store) -> None:
        await super()._fill(store)
        site = Site("home", "PE", "UTC")
        known = Known(sites={"home": site}, tenants={"scripted": ("scripted",)})
        lines = [
            "agent_id,name,email,team,site,lead,shift,scripted",
            "mia,Mia Lead,,other,home,,,mia",
            "zed,Zed Agent,,other,home,mia,Mon-Sun 00:00-23:59 | Mon-Sun 23:59-00:00,zed",
            *(f"{one},{one.title()} Office,,staff,home,,,{one}" for one in ("rae", "ian", "ada")),
        ]
        refs = iter(f"more{number:02d}" for number in range(20))
        rows = read_roster("\n".join(lines), known)
        await import_roster(store, rows, known, Vouching("H. R.", time.time()), lambda: next(refs))


@dataclass(frozen=True)
class Place:
    """The service, with one open flag and one desk check of Ann's."""

    office: TwoTeams
    door: Door
    service: Service
    flag: str

    def everybody(self) -> dict[str, dict[str, str]]:
        """Headers of whoever asks, by who it is."""
        pages = self.door.pages
        ann = pages.as_agent("ann", TAB)
        ended = pages.as_agent("zed", "a tab that was closed")
        pages.guard.end_all("zed")
        asking = {
            "nobody": {},
            "made up": {"Authorization": "Bearer made-up", "X-Atdesk-Tab": TAB},
            "signed out": ended,
            "other tab": ann | {"X-Atdesk-Tab": "another tab of the same browser"},
            "no tab": {"Authorization": ann["Authorization"]},
            "other agent": pages.as_agent("bob", "a tab of Bob's"),
            "lead": pages.as_person("lee"),
            "other lead": pages.as_person("mia"),
            "reviewer": pages.as_person("rae"),
            "integrator": pages.as_person("ian"),
            "auditor": pages.as_person("ada"),
        }
        # Each from an address of their own: how often one may ask has tests of its own.
        return {
            who: headers | {"X-Forwarded-For": f"198.51.100.{number}"}
            for number, (who, headers) in enumerate(asking.items())
        }

    async def ask(self, name: str, headers: Mapping[str, str]) -> int:
        """Status of a request to this route, about Ann's flag where it is about one."""
        method, path = name.split(" ", 1)
        for part, value in {
            "{number:str}": self.flag,
            "{number}": self.flag,
            "{notice_id}": "notice-1",
            "{check_id:str}": CHECK,
            "{check_id}": CHECK,
            "{token:str}": "a-made-up-link",
            "{key:str}": "a-made-up-key",
            "{name}": "sign_in.css",
            "{provider}": "demo",
        }.items():
            path = path.replace(part, value)
        return (await self.door.browser.request(method, path, headers=dict(headers))).status_code


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    people = ("ann", "bob", "lee", "mia", "zed")
    platform = ScriptedPlatform([account(one) for one in people], time.time)
    office = TwoTeams(
        tmp_path_factory.mktemp("desk"),
        platform,
        agents=("ann", "bob"),
        sign_in=[SignInTable(provider="demo")],
        service_table={"demo": True},
        capabilities=PRIVATE,
    )
    async with office.at_work() as door:
        office.show("nobody")
        await until(lambda: bool(platform.flags))
        flag = next(iter(platform.flags.values())).number
        service = door.pages.context.running.service
        at = time.time() - 60.0
        check = DeskCheck(CHECK, "ann", at, "lee", at, status=Status.ANNOUNCED, announced_at=at)
        await schedule(service.store, [check], [])
        yield Place(office, door, service, flag)


def _names(place: Place) -> Iterator[str]:
    """Every route of the application, as the table names it."""
    for route in place.door.pages.app.routes:
        if isinstance(route, WebSocketRoute):
            yield f"SOCKET {route.path}"
        else:
            assert isinstance(route, Route), f"{route} is of a kind that this test cannot ask"
            for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
                yield f"{method} {route.path}"


async def test_every_route_is_in_the_table_and_the_table_names_none_that_is_not_there(place: Place) -> None:
    found = {name for name in _names(place) if not name.startswith(STATIC)}

    assert found - set(ROUTES) == set(), "say for whom these are"
    assert set(ROUTES) - found == set(), "these are gone"


async def test_the_agents_own_routes_let_nobody_in_but_the_agent_in_their_own_tab(place: Place) -> None:
    """None of these addresses names an agent: whose they are, the token alone says."""
    no_token = {"nobody", "made up", "signed out", "other tab", "no tab"}
    wrong = {}
    for who, headers in place.everybody().items():
        if who == "other agent":
            continue
        expected = 401 if who in no_token else 403
        for name, is_for in ROUTES.items():
            if is_for is For.THE_AGENT and (status := await place.ask(name, headers)) != expected:
                wrong[who, name] = status

    assert wrong == {}


async def test_the_agents_own_routes_let_the_agent_in(place: Place) -> None:
    names = [name for name, is_for in ROUTES.items() if is_for is For.THE_AGENT]
    last = "DELETE /api/me/consent"
    zed = place.door.pages.as_agent("zed", "a tab of Zed's")

    found = {name: await place.ask(name, zed) for name in sorted(names, key=lambda one: one == last)}

    assert {name: status for name, status in found.items() if status in (401, 403, 405, 500)} == {}
    assert found["GET /api/me"] == found["GET /api/me/log"] == found["GET /api/me/export"] == 200


async def test_what_an_agent_reads_is_their_own_and_no_number_opens_somebody_elses(place: Place) -> None:
    browser, bob = place.door.browser, place.door.pages.as_agent("bob", "a tab of Bob's")
    notice = next(one.notice_id for one in place.office.platform.notices)

    me = (await browser.get("/api/me", headers=bob)).json()
    log = (await browser.get("/api/me/log", headers=bob)).text
    dispute = await browser.post(
        f"/api/me/flags/{place.flag}/dispute", headers=bob, json={"text": "not mine"}
    )
    wrong, made_up = [
        await browser.post(f"/api/me/notices/{one}/wrong", headers=bob, json={"text": "not mine"})
        for one in (notice, "notice-that-never-was")
    ]

    assert me["person"]["name"] == "Bob Agent"
    assert (me["flags"], me["notices"]) == ([], [])
    assert place.flag not in log
    assert "Ann" not in json.dumps(me) + log
    assert dispute.status_code == 404
    assert (wrong.status_code, wrong.text) == (made_up.status_code, made_up.text)
    assert wrong.status_code >= 400
    ann = place.door.pages.as_agent("ann", TAB)
    assert [one["number"] for one in (await browser.get("/api/me", headers=ann)).json()["flags"]] == [
        place.flag
    ]


async def test_a_flag_exists_for_nobody_but_those_who_answer_it(place: Place) -> None:
    """A lead of another team learns as little as of a flag that there never was."""
    wrong = {}
    for who, headers in place.everybody().items():
        for name, is_for in ROUTES.items():
            if is_for is not For.WHO_ANSWERS:
                continue
            status, fits = await place.ask(name, headers), _of_a_flag(who, name)
            if status not in fits:
                wrong[who, name] = (status, fits)

    assert wrong == {}


def _of_a_flag(who: str, name: str) -> set[int]:
    """What somebody may get to see: 303 leads to the sign-in, 410 says that a link is over."""
    is_get = name.startswith("GET")
    if who in NOT_SIGNED_IN:
        return {303, 401} if is_get else {401}
    if who == "lead":
        return {404} if "{key" in name else LET_IN
    return {404} if is_get else {403, 404}


async def test_a_desk_check_exists_for_nobody_but_those_who_lead_the_agent(place: Place) -> None:
    """Of the list another team's lead gets their own, which is empty."""
    wrong = {}
    for who, headers in place.everybody().items():
        for name, is_for in ROUTES.items():
            if is_for not in (For.LEADS, For.WHO_LOOKS):
                continue
            status, fits = await place.ask(name, headers), _of_a_check(who, name)
            if status not in fits:
                wrong[who, name] = (status, fits)
    mia, lee = (place.door.pages.as_person(one) for one in ("mia", "lee"))
    theirs = (await place.door.browser.get("/checks", headers=mia)).text
    leads = (await place.door.browser.get("/checks", headers=lee)).text

    assert wrong == {}
    assert CHECK not in theirs
    assert "Ann" not in theirs
    assert f'href="/checks/{CHECK}"' in leads
    assert (await desk_check(place.service.store, CHECK)).status == Status.ANNOUNCED


def _of_a_check(who: str, name: str) -> set[int]:
    is_get = name.startswith("GET")
    if who in NOT_SIGNED_IN:
        return {303, 401} if is_get else {401}
    if who == "lead":
        return {200} if is_get else {303}
    if who == "other lead" and ROUTES[name] is For.LEADS:
        return {200}
    return {404} if is_get else {403}


async def test_a_flag_that_there_never_was_looks_the_same_to_a_lead_of_another_team(place: Place) -> None:
    mia, browser = place.door.pages.as_person("mia"), place.door.browser

    real = await browser.get(f"/flags/{place.flag}", headers=mia)
    made_up = await browser.get("/flags/ZZZZZZ", headers=mia)

    assert real.status_code == made_up.status_code == 404
    assert real.text.replace(place.flag, "") == made_up.text.replace("ZZZZZZ", "")


async def test_a_link_opens_its_flag_to_the_lead_alone(place: Place) -> None:
    browser, pages = place.door.browser, place.door.pages
    address = f"/flags/{place.flag}/{await place.service.flag_links.token(place.flag)}"

    strangers = {
        who: (await browser.get(address, headers=headers)).status_code
        for who, headers in place.everybody().items()
        if who != "lead"
    }
    lee = pages.as_person("lee")
    entered = await browser.get(address, headers=lee)
    shown = await browser.get(f"/flags/{place.flag}", headers=lee)

    assert set(strangers.values()) <= {303, 401, 404}
    assert (entered.status_code, shown.status_code) == (303, 200)
    assert "Ann Agent" in shown.text
    unsigned = {name: value for name, value in lee.items() if name == "Cookie"}
    forged = await browser.post(f"/flags/{place.flag}/answer", headers=unsigned, data={"act": "acknowledge"})
    assert forged.status_code == 403


async def test_whoever_leads_nobody_any_more_is_no_lead_any_more(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    lee = place.door.pages.as_person("lee")
    assert await place.ask("GET /flags/{number:str}", lee) in LET_IN

    monkeypatch.setattr(place.door.pages.guard, "roles", _Nobody())  # as when all have left

    assert await place.ask("GET /flags/{number:str}", lee) == 303


class _Nobody:
    def roles_of(self, _person_id: str) -> frozenset[Role]:
        return frozenset()


async def test_figures_are_for_this_machine_and_health_is_for_anybody(place: Place) -> None:
    for headers in place.everybody().values():
        assert await place.ask("GET /healthz", headers) == 200
        assert await place.ask("GET /readyz", headers) == 200
        assert await place.ask("GET /metrics", headers | {"X-Forwarded-For": "198.51.100.7"}) == 403


async def test_what_proves_itself_is_refused_without_its_proof(place: Place) -> None:
    everybody = place.everybody()
    for who in ("nobody", "made up", "signed out", "other tab", "no tab"):
        assert await place.ask("POST /sign-out", everybody[who]) in (401, 403), who
    for headers in everybody.values():
        assert await place.ask("GET /sign-in/{provider}/callback", headers) == 400
        assert await place.ask("POST /sign-in/exchange", headers) == 400
        assert await place.ask("POST /frames/tokens", headers) in (400, 401, 403, 404, 422)


SOCKETS = {
    "/live": ("atdesk.page.v1", {"t": "hello", "v": 1}),
    "/frames": ("atdesk.frames.v1", {"t": "hello", "v": 1, "source": "page"}),
}


@pytest.mark.parametrize("path", SOCKETS)
async def test_a_socket_is_the_agents_own_by_the_token_in_its_first_message(place: Place, path: str) -> None:
    everybody = place.everybody()
    found = {who: await _hello(place, path, headers) for who, headers in everybody.items()}

    assert found.pop("other agent") == "open"
    assert set(found.values()) <= {"4400", "4401", "4403"}, found
    for who in ("made up", "signed out", "other tab"):
        assert found[who] == "4401", who


async def _hello(place: Place, path: str, headers: Mapping[str, str]) -> str:
    """What comes of a first message with the proof of these headers: "open", or the close code."""
    protocol, hello = SOCKETS[path]
    token = headers.get("Authorization", "").removeprefix("Bearer ")
    first = hello | {"token": token, "tab": headers.get("X-Atdesk-Tab", "")}
    cookies = {"Cookie": headers["Cookie"]} if "Cookie" in headers else {}
    url = place.door.pages.ws_url + path
    async with connect(url, subprotocols=[Subprotocol(protocol)], additional_headers=cookies) as socket:
        await socket.send(json.dumps(first))
        with contextlib.suppress(ConnectionClosed):
            while json.loads(await socket.recv())["t"] != "ready":
                pass
            return "open"
        return str(socket.close_code)
