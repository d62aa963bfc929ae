"""Microsoft's own libraries judge the simulator: msal, azure-identity, msgraph-sdk and the Teams SDK.

They block, or want a loop of their own, so each runs in a thread. `REQUESTS_CA_BUNDLE` is how they are told
of a certificate; it beats every argument, so it is set for the length of one test.
"""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msal  # type: ignore[import-untyped]  # it has no annotations
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientSecretCredential
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from joserfc.jwk import RSAKey
from jwt import InvalidTokenError, PyJWTError
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from microsoft_teams.api.auth.cloud_environment import PUBLIC, CloudEnvironment, with_overrides
from msgraph.generated.communications.get_presences_by_user_id.get_presences_by_user_id_post_request_body import (  # noqa: E501 - their name for it
    GetPresencesByUserIdPostRequestBody,
)
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.presence_status_message import PresenceStatusMessage
from msgraph.generated.users.item.presence.clear_presence.clear_presence_post_request_body import (
    ClearPresencePostRequestBody,
)
from msgraph.generated.users.item.presence.set_presence.set_presence_post_request_body import (
    SetPresencePostRequestBody,
)
from msgraph.generated.users.item.presence.set_status_message.set_status_message_post_request_body import (
    SetStatusMessagePostRequestBody,
)
from msgraph.generated.users.item.presence.set_user_preferred_presence import (
    set_user_preferred_presence_post_request_body as preferred_body,
)
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]  # nor has this

from atdesk_teams.simulator import TeamsSimulator
from tests.teams.simulator.certificates import certificate_of, pem_of, private_key_of
from tests.teams.simulator.conftest import MIRA, NOBODY, TEO

with warnings.catch_warnings():
    # Its top package warns of previews of its own while it is imported.
    warnings.simplefilter("ignore")
    from microsoft_teams.apps.auth.token_validator import TokenValidator

pytestmark = [
    pytest.mark.judge,
    # The SDK deprecates classes of its own that it still builds on, and says so while it is imported.
    pytest.mark.filterwarnings("ignore:.* is deprecated.*:DeprecationWarning"),
]

SCOPES = ["https://graph.microsoft.com/.default"]
Preferred = preferred_body.SetUserPreferredPresencePostRequestBody


@pytest.fixture(autouse=True)
def certificate_authority(sim: TeamsSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(sim.ca_file))


@pytest.fixture
def key() -> RSAKey:
    return RSAKey.generate_key(2048, private=True)


# -- msal -----


async def msal_asks(sim: TeamsSimulator, credential: Any, **changes: Any) -> list[dict[str, Any]]:
    """What msal gets when it asks twice."""

    def asked() -> list[dict[str, Any]]:
        about: dict[str, Any] = {
            "client_id": sim.client_id,
            "authority": sim.authority_url,
            "client_credential": credential,
            "validate_authority": False,
            "instance_discovery": False,
        }
        app = msal.ConfidentialClientApplication(**(about | changes))
        return [app.acquire_token_for_client(SCOPES) for _ in range(2)]

    return await asyncio.to_thread(asked)


async def test_msal_gets_a_token_with_a_secret_and_keeps_it(sim: TeamsSimulator) -> None:
    first, second = await msal_asks(sim, sim.client_secret)
    assert (first["token_source"], second["token_source"]) == ("identity_provider", "cache")
    assert first["access_token"] == second["access_token"]
    assert sim.authority.bearer(f"Bearer {first['access_token']}", "https://graph.microsoft.com") is not None


async def test_msal_gets_a_token_with_a_certificate_named_by_sha_1(sim: TeamsSimulator, key: RSAKey) -> None:
    certificate = certificate_of(key)
    sim.registration.certificates.append(certificate)
    thumbprint = certificate.fingerprint(hashes.SHA1()).hex()  # noqa: S303 - names it, proves nothing
    credential = {"private_key": key.as_pem(private=True).decode(), "thumbprint": thumbprint}
    first, _ = await msal_asks(sim, credential)
    assert first["token_source"] == "identity_provider"


async def test_msal_gets_a_token_with_a_pfx_named_by_sha_256(
    sim: TeamsSimulator, key: RSAKey, tmp_path: Path
) -> None:
    certificate = certificate_of(key)
    sim.registration.certificates.append(certificate)
    pfx, how = tmp_path / "app.pfx", serialization.BestAvailableEncryption(b"word")
    packed = pkcs12.serialize_key_and_certificates(b"app", private_key_of(key), certificate, None, how)
    pfx.write_bytes(packed)
    first, _ = await msal_asks(sim, {"private_key_pfx_path": str(pfx), "passphrase": "word"})
    assert first["token_source"] == "identity_provider"


async def test_what_msal_reads_when_it_is_refused(sim: TeamsSimulator, key: RSAKey) -> None:
    wrong, _ = await msal_asks(sim, "guess")
    assert (wrong["error"], wrong["error_codes"]) == ("invalid_client", [7000215])
    sim.registration.expire_secrets()
    ended, _ = await msal_asks(sim, sim.client_secret)
    assert ended["error_codes"] == [7000222]
    late = certificate_of(key, days=-1)
    sim.registration.certificates.append(late)
    thumbprint = late.fingerprint(hashes.SHA1()).hex()  # noqa: S303 - names it, proves nothing
    stale, _ = await msal_asks(
        sim, {"private_key": key.as_pem(private=True).decode(), "thumbprint": thumbprint}
    )
    assert (stale["error"], stale["error_codes"]) == ("invalid_client", [700027])


async def test_msal_does_not_find_another_tenant(sim: TeamsSimulator) -> None:
    with pytest.raises(ValueError, match="authority"):
        await msal_asks(sim, sim.client_secret, authority=f"{sim.base_url}/{NOBODY}")


# -- azure-identity -----


async def test_azure_identity_gets_a_token_with_a_secret(sim: TeamsSimulator) -> None:
    def asked() -> str:
        with ClientSecretCredential(
            sim.tenant_id,
            sim.client_id,
            sim.client_secret,
            authority=sim.base_url,
            disable_instance_discovery=True,
        ) as credential:
            return str(credential.get_token(*SCOPES).token)

    assert sim.authority.bearer(f"Bearer {await asyncio.to_thread(asked)}", "https://graph.microsoft.com")


async def test_azure_identity_gets_a_token_with_a_certificate(sim: TeamsSimulator, key: RSAKey) -> None:
    certificate = certificate_of(key)
    pem = key.as_pem(private=True) + pem_of(certificate).encode()

    def asked() -> str:
        with CertificateCredential(
            sim.tenant_id,
            sim.client_id,
            certificate_data=pem,
            authority=sim.base_url,
            disable_instance_discovery=True,
        ) as credential:
            return str(credential.get_token(*SCOPES).token)

    with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
        await asyncio.to_thread(asked)
    sim.registration.certificates.append(certificate)
    assert sim.authority.bearer(f"Bearer {await asyncio.to_thread(asked)}", "https://graph.microsoft.com")


# -- msgraph-sdk -----


@asynccontextmanager
async def official(sim: TeamsSimulator) -> AsyncIterator[GraphServiceClient]:
    """The SDK, pointed at the simulator, with azure-identity behind it."""
    context = ssl.create_default_context(cafile=str(sim.ca_file))
    with ClientSecretCredential(
        sim.tenant_id,
        sim.client_id,
        sim.client_secret,
        authority=sim.base_url,
        disable_instance_discovery=True,
    ) as credential:
        signs = AzureIdentityAuthenticationProvider(credential, scopes=SCOPES, allowed_hosts=["localhost"])
        # The SDK's own transport takes the place of this one and closes nothing.
        async with httpx.AsyncHTTPTransport(verify=context, trust_env=False) as transport:
            plain = httpx.AsyncClient(transport=transport)
            http = GraphClientFactory.create_with_default_middleware(client=plain)
            adapter = GraphRequestAdapter(signs, client=http)
            adapter.base_url = sim.graph_url
            yield GraphServiceClient(request_adapter=adapter)


Work = Callable[[GraphServiceClient], Awaitable[Any]]


async def with_sdk(sim: TeamsSimulator, work: Work) -> Any:
    """Let the SDK work in a thread with a loop of its own: its credential blocks."""

    async def there() -> Any:
        async with official(sim) as client:
            return await work(client)

    return await asyncio.to_thread(asyncio.run, there())


def lasting(duration: str) -> dict[str, Any]:
    """What the SDK's own field would send is Python's `1:00:00`, which is no duration of Graph's."""
    return {"expirationDuration": duration}


def presence_of(client: GraphServiceClient, user: str = MIRA) -> Any:
    return client.users.by_user_id(user).presence


async def test_the_sdk_reads_a_presence_and_many(sim: TeamsSimulator) -> None:
    sim.world.start_meeting(MIRA)
    sim.world.write_note(MIRA, "in the basement")

    async def work(client: GraphServiceClient) -> Any:
        body = GetPresencesByUserIdPostRequestBody(ids=[TEO, MIRA])
        many = await client.communications.get_presences_by_user_id.post(body)
        other = await client.communications.presences.by_presence_id(MIRA).get()
        return await presence_of(client).get(), other, many

    one, other, many = await with_sdk(sim, work)
    assert (one.id, one.availability, one.activity) == (MIRA, "Busy", "InAMeeting")
    assert (one.status_message.message.content, one.out_of_office_settings.is_out_of_office) == (
        "in the basement",
        False,
    )
    assert one.sequence_number == other.sequence_number == many.value[1].sequence_number
    assert [(two.id, two.availability) for two in many.value] == [(TEO, "Available"), (MIRA, "Busy")]
    assert not one.additional_data.keys() - {"@odata.context"}


async def test_the_sdk_writes_all_that_can_be_written(sim: TeamsSimulator) -> None:
    seen: list[str] = []
    session = SetPresencePostRequestBody(
        session_id=sim.client_id,
        availability="Busy",
        activity="InACall",
        additional_data=lasting("PT1H"),
    )
    away = Preferred(availability="Away", activity="Away", additional_data=lasting("PT10M"))
    note = PresenceStatusMessage(message=ItemBody(content="back soon"))

    async def work(client: GraphServiceClient) -> None:
        mine = presence_of(client)

        def look() -> None:
            pair = sim.world.shown(MIRA)
            seen.append(f"{pair.availability}/{pair.activity}")

        await mine.set_presence.post(session)
        look()
        await mine.set_user_preferred_presence.post(away)
        look()
        await mine.clear_user_preferred_presence.post()
        look()
        await mine.clear_presence.post(ClearPresencePostRequestBody(session_id=sim.client_id))
        look()
        await mine.set_status_message.post(SetStatusMessagePostRequestBody(status_message=note))

    await with_sdk(sim, work)
    assert seen == ["Busy/InACall", "Away/Away", "Busy/InACall", "Available/Available"]
    assert sim.world.user(MIRA).note == "back soon"
    assert {entry.note for entry in sim.journal.find("graph")} == {"200"}


async def test_what_the_sdk_reads_when_it_is_refused(sim: TeamsSimulator) -> None:
    async def refused(work: Work) -> tuple[int, str]:
        with pytest.raises(ODataError) as caught:
            await with_sdk(sim, work)
        error = caught.value.error
        assert error is not None
        assert error.inner_error is not None
        assert error.inner_error.request_id
        return caught.value.response_status_code or 0, str(error.code)

    async def clear(client: GraphServiceClient) -> None:
        body = ClearPresencePostRequestBody(session_id=sim.client_id)
        await presence_of(client).clear_presence.post(body)

    async def crooked(client: GraphServiceClient) -> None:
        await presence_of(client).set_user_preferred_presence.post(Preferred(availability="Busy"))

    async def nobody(client: GraphServiceClient) -> None:
        await presence_of(client, NOBODY).get()

    assert await refused(clear) == (404, "NotFound")
    assert await refused(crooked) == (400, "InvalidArgument")
    assert await refused(nobody) == (404, "NotFound")
    sim.registration.permissions = {"Presence.Read.All"}
    assert await refused(clear) == (403, "Forbidden")


async def test_the_sdk_waits_as_long_as_a_429_says(sim: TeamsSimulator) -> None:
    sim.faults.add("GET .*/presence", status=429, retry_after=1)

    async def work(client: GraphServiceClient) -> Any:
        return await presence_of(client).get()

    assert (await with_sdk(sim, work)).availability == "Available"
    first, second = sim.journal.find("graph", "GET")
    assert (first.note, second.note) == ("429", "200")
    assert second.at_s - first.at_s >= 0.99


# -- the Teams SDK's validators -----


@pytest.fixture
def cloud(sim: TeamsSimulator, monkeypatch: pytest.MonkeyPatch) -> CloudEnvironment:
    """The SDK's environment with the simulator in it; its keys come by way of urllib."""
    monkeypatch.setenv("SSL_CERT_FILE", str(sim.ca_file))
    return with_overrides(
        PUBLIC,
        login_endpoint=sim.base_url,
        openid_metadata_url=f"{sim.base_url}/botframework/v1/.well-known/openidconfiguration",
    )


async def validated(validator: TokenValidator, token: str, service_url: str | None = None) -> dict[str, Any]:
    """The SDK fetches keys with a client that blocks, inside async code."""
    return await asyncio.to_thread(asyncio.run, validator.validate_token(token, service_url))


async def test_the_sdk_believes_what_teams_gives_a_page(sim: TeamsSimulator, cloud: CloudEnvironment) -> None:
    validator = TokenValidator.for_entra(sim.client_id, sim.tenant_id, scope="access_as_user", cloud=cloud)
    assert (await validated(validator, sim.authority.page_token(MIRA)))["oid"] == MIRA
    api = sim.authority.page_token(MIRA, aud=f"api://{sim.client_id}")
    assert (await validated(validator, api))["oid"] == MIRA
    for changed in ({"aud": NOBODY}, {"scp": None}, {"iss": "https://evil.example"}, {"exp": 1}):
        with pytest.raises(InvalidTokenError):
            await validated(validator, sim.authority.page_token(MIRA, **changed))
    sim.authority.keys.rotate(withdraw=True)
    # Its keys are fetched again half a minute later at the earliest; one that begins now has the new ones.
    later = TokenValidator.for_entra(sim.client_id, sim.tenant_id, cloud=cloud)
    assert (await validated(later, sim.authority.page_token(MIRA)))["oid"] == MIRA


async def test_the_sdk_believes_what_the_bot_framework_sends(
    sim: TeamsSimulator, cloud: CloudEnvironment
) -> None:
    validator = TokenValidator.for_service(sim.client_id, cloud=cloud)
    said = await validated(validator, sim.authority.bot_token(sim.service_url), sim.service_url)
    assert said["serviceurl"] == sim.service_url
    for token in (
        sim.authority.bot_token("https://elsewhere.example"),
        sim.authority.bot_token(sim.service_url, aud=NOBODY),
        sim.authority.page_token(MIRA, serviceurl=sim.service_url),
    ):
        with pytest.raises(PyJWTError):
            await validated(validator, token, sim.service_url)
