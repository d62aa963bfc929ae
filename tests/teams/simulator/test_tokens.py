"""Entra's tokens: how an app shows who it is, what it gets, and what a token says."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet, RSAKey

from atdesk_teams.simulator import BOT_FRAMEWORK, GRAPH, TeamsSimulator
from atdesk_teams.simulator.assertions import ASSERTION_TYPE
from tests.teams.simulator.certificates import certificate_of, pem_of
from tests.teams.simulator.conftest import MIRA, Graph


async def claims_of(graph: Graph, token: str, keys: str = "") -> dict[str, Any]:
    """What a token says, verified by the published keys alone."""
    path = keys or f"/{graph.sim.tenant_id}/discovery/v2.0/keys"
    published = (await graph.http.get(path)).json()
    assert all("d" not in key for key in published["keys"])
    return jwt.decode(token, KeySet.import_key_set(published), algorithms=["RS256"]).claims


def refusal(answered: Any) -> tuple[int, str, int]:
    body = answered.json()
    assert body["error_description"].startswith(f"AADSTS{body['error_codes'][0]}: ")
    return answered.status_code, body["error"], body["error_codes"][0]


async def test_discovery_leads_to_everything_else(sim: TeamsSimulator, graph: Graph) -> None:
    here = f"{sim.base_url}/{sim.tenant_id}"
    said = (await graph.http.get(f"{here}/v2.0/.well-known/openid-configuration")).json()
    assert said["issuer"] == f"{here}/v2.0"
    assert said["token_endpoint"] == f"{here}/oauth2/v2.0/token"
    assert said["authorization_endpoint"] == f"{here}/oauth2/v2.0/authorize"
    assert (await graph.http.get(said["jwks_uri"])).json()["keys"][0]["kty"] == "RSA"
    shared = (await graph.http.get("/organizations/v2.0/.well-known/openid-configuration")).json()
    assert shared["issuer"] == f"{sim.base_url}/{{tenantid}}/v2.0"


async def test_a_secret_gets_a_token_for_graph(sim: TeamsSimulator, graph: Graph) -> None:
    answered = await graph.token()
    body = answered.json()
    assert set(body) == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert (answered.status_code, body["token_type"], body["expires_in"]) == (200, "Bearer", 3599)
    claims = await claims_of(graph, body["access_token"])
    assert claims["aud"] == GRAPH
    assert claims["roles"] == ["Presence.Read.All", "Presence.ReadWrite.All"]
    assert (claims["tid"], claims["appid"]) == (sim.tenant_id, sim.client_id)
    assert claims["exp"] - claims["iat"] == 3599


async def test_a_bot_gets_one_for_the_connector_of_its_own_tenant_or_the_shared_one(graph: Graph) -> None:
    scope = f"{BOT_FRAMEWORK}/.default"
    own = await claims_of(graph, (await graph.token(scope=scope)).json()["access_token"])
    assert own["aud"] == BOT_FRAMEWORK
    assert "roles" not in own
    form = {"grant_type": "client_credentials", "client_id": graph.sim.client_id}
    form |= {"client_secret": graph.sim.client_secret, "scope": scope}
    shared = await graph.http.post("/botframework.com/oauth2/v2.0/token", data=form)
    assert shared.status_code == 200
    graph_there = form | {"scope": f"{GRAPH}/.default"}
    refused = await graph.http.post("/botframework.com/oauth2/v2.0/token", data=graph_there)
    assert refusal(refused) == (400, "invalid_request", 90002)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"client_secret": "guess"}, (401, "invalid_client", 7000215)),
        ({"client_secret": ""}, (401, "invalid_client", 7000218)),
        ({"client_id": "00000000-0000-4000-8000-000000000000"}, (400, "unauthorized_client", 700016)),
        ({"scope": "https://graph.microsoft.com/User.Read"}, (400, "invalid_scope", 70011)),
        ({"grant_type": "password"}, (400, "unsupported_grant_type", 70003)),
    ],
)
async def test_what_an_app_is_refused_for(
    graph: Graph, changes: dict[str, str], told: tuple[int, str, int]
) -> None:
    assert refusal(await graph.token(**changes)) == told


async def test_another_tenant_does_not_exist(graph: Graph) -> None:
    other = "/00000000-0000-4000-8000-000000000000"
    form = {"grant_type": "client_credentials", "client_id": graph.sim.client_id}
    answered = await graph.http.post(f"{other}/oauth2/v2.0/token", data=form)
    assert refusal(answered) == (400, "invalid_request", 90002)
    for path in ("/v2.0/.well-known/openid-configuration", "/discovery/v2.0/keys"):
        assert refusal(await graph.http.get(other + path))[2] == 90002


async def test_a_secret_ends_and_an_app_can_be_switched_off(sim: TeamsSimulator, graph: Graph) -> None:
    sim.registration.expire_secrets()
    assert refusal(await graph.token()) == (401, "invalid_client", 7000222)
    sim.registration.enabled = False
    assert refusal(await graph.token()) == (400, "unauthorized_client", 7000112)


async def test_a_token_ends(sim: TeamsSimulator, graph: Graph) -> None:
    assert (await graph.control("tokens", {"life_s": 1})).json() == {"done": ["life_s"]}
    body = (await graph.token()).json()
    assert body["expires_in"] == 1
    ends = (await claims_of(graph, body["access_token"]))["exp"]
    header = f"Bearer {body['access_token']}"
    sim.authority.wall = lambda: ends - 0.5
    assert sim.authority.bearer(header, GRAPH) is not None
    sim.authority.wall = lambda: ends
    answered = await graph.http.get(f"/v1.0/users/{MIRA}/presence", headers={"Authorization": header})
    assert answered.status_code == 401


async def test_consent_that_was_revoked_is_in_no_new_token(sim: TeamsSimulator, graph: Graph) -> None:
    await graph.control("app", {"permissions": []})
    claims = await claims_of(graph, (await graph.token()).json()["access_token"])
    assert "roles" not in claims
    assert (await graph.read()).status_code == 403


async def test_no_secret_and_no_token_is_in_the_journal(sim: TeamsSimulator, graph: Graph) -> None:
    token = (await graph.token()).json()["access_token"]
    await graph.token(client_secret="another-secret-of-somebody")
    entries = sim.journal.find("token")
    assert [entry.note for entry in entries] == ["200", "401"]
    assert entries[0].body == {"grant_type": "client_credentials", "scope": f"{GRAPH}/.default"}
    written = (await graph.http.get("/_sim/log")).text
    assert not any(one in written for one in (token, sim.client_secret, "another-secret"))


# -- certificates -----


class Holder:
    """An app that has a certificate's key, and may lie."""

    def __init__(self, sim: TeamsSimulator, days: int = 30) -> None:
        self.sim = sim
        self.key = RSAKey.generate_key(2048, private=True)
        self.certificate = certificate_of(self.key, days)

    def thumbprint(self, digest: hashes.HashAlgorithm) -> str:
        return base64.urlsafe_b64encode(self.certificate.fingerprint(digest)).decode().rstrip("=")

    def assertion(self, algorithm: str = "PS256", **changed: Any) -> str:
        """What msal sends: named by SHA-256 with PS256, by SHA-1 with RS256."""
        now = int(time.time())
        named = (
            {"x5t#S256": self.thumbprint(hashes.SHA256())}
            if algorithm == "PS256"
            else {"x5t": self.thumbprint(hashes.SHA1())}  # noqa: S303 - names it, proves nothing
        )
        claims = {
            "aud": f"{self.sim.authority_url}/oauth2/v2.0/token",
            "iss": self.sim.client_id,
            "sub": self.sim.client_id,
            "jti": hashlib.sha256(str(now).encode()).hexdigest(),
            "iat": now,
            "nbf": now,
            "exp": now + 600,
        }
        header = {"alg": algorithm, "typ": "JWT", **named}
        return jwt.encode(header, claims | changed, self.key, algorithms=[algorithm])


async def with_assertion(graph: Graph, assertion: str) -> Any:
    form = {
        "grant_type": "client_credentials",
        "client_id": graph.sim.client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
        "scope": f"{GRAPH}/.default",
    }
    return await graph.http.post(f"{graph.sim.authority_url}/oauth2/v2.0/token", data=form)


@pytest.fixture
def holder(sim: TeamsSimulator) -> Holder:
    made = Holder(sim)
    sim.registration.certificates.append(made.certificate)
    return made


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
async def test_a_certificate_gets_a_token_too(graph: Graph, holder: Holder, algorithm: str) -> None:
    answered = await with_assertion(graph, holder.assertion(algorithm))
    assert (await claims_of(graph, answered.json()["access_token"]))["aud"] == GRAPH


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"iss": "somebody"}, 700016),
        ({"sub": "somebody"}, 700016),
        ({"aud": "https://login.microsoftonline.com/other/oauth2/v2.0/token"}, 700023),
        ({"exp": 1}, 700024),
        ({"nbf": 4102444800, "exp": 4102444900}, 700024),
    ],
)
async def test_an_assertion_that_says_something_else_is_refused(
    graph: Graph, holder: Holder, changed: dict[str, Any], number: int
) -> None:
    answered = await with_assertion(graph, holder.assertion(**changed))
    assert refusal(answered) == (401, "invalid_client", number)


async def test_an_assertion_has_to_be_signed_by_the_key_of_the_certificate(
    sim: TeamsSimulator, graph: Graph, holder: Holder
) -> None:
    forger = Holder(sim)
    forger.certificate = holder.certificate
    assert refusal(await with_assertion(graph, forger.assertion()))[2] == 700027
    stranger = Holder(sim)
    assert refusal(await with_assertion(graph, stranger.assertion()))[2] == 700027
    assert refusal(await with_assertion(graph, "no.token"))[2] == 50027


async def test_a_certificate_that_has_expired_signs_nothing(sim: TeamsSimulator, graph: Graph) -> None:
    late = Holder(sim, days=-1)
    sim.registration.certificates.append(late.certificate)
    answered = await with_assertion(graph, late.assertion())
    assert refusal(answered) == (401, "invalid_client", 700027)
    assert "expired" in answered.json()["error_description"]


# -- keys -----


async def test_a_new_key_signs_and_the_old_one_is_published_until_it_is_withdrawn(
    sim: TeamsSimulator, graph: Graph
) -> None:
    before = sim.authority.page_token(MIRA)
    await graph.control("tokens", {"rotate": "entra"})
    after = sim.authority.page_token(MIRA)
    assert (await claims_of(graph, before))["oid"] == (await claims_of(graph, after))["oid"] == MIRA
    await graph.control("tokens", {"rotate": "entra", "withdraw": True})
    with pytest.raises(InvalidKeyIdError):
        await claims_of(graph, before)


async def test_what_teams_gives_a_page(sim: TeamsSimulator, graph: Graph) -> None:
    answered = await graph.control("page_token", {"user": "Mira Halloran"})
    claims = await claims_of(graph, answered.json()["token"])
    assert set(claims) == {
        *("aud", "iss", "iat", "nbf", "exp", "azp", "azpacr", "name", "oid"),
        *("preferred_username", "scp", "sub", "tid", "uti", "ver"),
    }
    assert (claims["oid"], claims["tid"], claims["scp"]) == (MIRA, sim.tenant_id, "access_as_user")
    assert (claims["aud"], claims["ver"]) == (sim.client_id, "2.0")
    crooked = await graph.control("page_token", {"user": MIRA, "claims": {"scp": None, "aud": "another"}})
    other = await claims_of(graph, crooked.json()["token"])
    assert other["aud"] == "another"
    assert "scp" not in other


async def test_what_the_bot_framework_signs(sim: TeamsSimulator, graph: Graph) -> None:
    said = (await graph.http.get("/botframework/v1/.well-known/openidconfiguration")).json()
    assert said["issuer"] == BOT_FRAMEWORK
    token = sim.authority.bot_token(sim.service_url)
    claims = await claims_of(graph, token, said["jwks_uri"])
    assert (claims["iss"], claims["aud"]) == (BOT_FRAMEWORK, sim.client_id)
    assert claims["serviceurl"] == sim.service_url
    with pytest.raises(InvalidKeyIdError):
        await claims_of(graph, token)
    sim.authority.bot_issuer = "https://api.botframework.us"
    other = await claims_of(graph, sim.authority.bot_token(sim.service_url), said["jwks_uri"])
    assert other["iss"] == "https://api.botframework.us"


async def test_a_certificate_is_uploaded_as_pem(sim: TeamsSimulator, graph: Graph) -> None:
    holder = Holder(sim)
    assert (await graph.control("app", {"certificate": pem_of(holder.certificate)})).status_code == 200
    assert (await with_assertion(graph, holder.assertion())).status_code == 200
