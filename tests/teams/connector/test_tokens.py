"""Judge: the check of inbound tokens in Microsoft's own SDK takes ours, and refuses each forged one."""

from __future__ import annotations

import asyncio
import logging
import warnings
from typing import Any, Protocol

import jwt
import pytest
from microsoft_teams.api.auth.cloud_environment import PUBLIC, with_overrides
from microsoft_teams.common.experimental import ExperimentalWarning

from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.delivery import FORGERIES, Forgery, token_of
from tests.teams.connector.small_bot import SmallBot

with warnings.catch_warnings():
    # Widgets that this package shows as a preview are of no concern here.
    warnings.simplefilter("ignore", ExperimentalWarning)
    from microsoft_teams.apps.auth.token_validator import InboundActivityTokenValidator


class Check(Protocol):
    """The SDK's check of a token that comes in."""

    async def __call__(self, token: str, service_url: str | None = None) -> dict[str, Any]:
        """The claims; `jwt.PyJWTError` when it is refused."""


@pytest.fixture
def check(sim: TeamsSimulator, monkeypatch: pytest.MonkeyPatch) -> Check:
    """The SDK's, pointed at the simulator's keys; it opens addresses with Python's own certificates."""
    monkeypatch.setenv("SSL_CERT_FILE", str(sim.ca_file))
    openid = f"{sim.base_url}/botframework/v1/.well-known/openidconfiguration"
    cloud = with_overrides(PUBLIC, login_endpoint=sim.base_url, openid_metadata_url=openid)
    validator = InboundActivityTokenValidator(sim.client_id, cloud)

    async def checked(token: str, service_url: str | None = None) -> dict[str, Any]:
        # It waits for the keys without giving way: on this loop it would wait for itself.
        return await asyncio.to_thread(lambda: asyncio.run(validator.validate_token(token, service_url)))

    return checked


async def test_what_a_press_brings_is_genuine(sim: TeamsSimulator, bot: SmallBot, check: Check) -> None:
    await sim.bot.clicking.say("Mira Halloran", "Hello")
    claims = await check(bot.tokens[0], bot.heard[0]["serviceUrl"])
    assert claims["serviceurl"].rstrip("/") == sim.service_url


@pytest.mark.parametrize("forged", FORGERIES)
async def test_a_forged_one_is_refused(
    sim: TeamsSimulator, bot: SmallBot, check: Check, forged: Forgery, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    await sim.bot.clicking.say("Mira Halloran", "Hello", forged=forged)
    with pytest.raises(jwt.InvalidTokenError):
        await check(bot.tokens[0], bot.heard[0]["serviceUrl"])


async def test_a_key_that_was_withdrawn_opens_nothing(sim: TeamsSimulator, check: Check) -> None:
    token = token_of(sim.authority, sim.service_url, None)
    assert token is not None
    sim.authority.bot_keys.rotate(withdraw=True)
    with pytest.raises(jwt.PyJWKClientError, match="signing key"):
        await check(token)
