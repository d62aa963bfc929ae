"""The code for a token: Authlib's client with PKCE, over a connection of its own each time."""

import logging
from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]  # it has no annotations
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]  # see above

from atdesk_core.web.sign_in.answers import TIMEOUT_S
from atdesk_core.web.sign_in.provider import Flow, ProviderDown, SignInRefused

log = logging.getLogger(__name__)

_METHODS: Final = {True: "client_secret_basic", False: "none"}


class CodeExchange:
    """The authorization code flow of one OAuth client.

    Args:
        client_id: Of the client.
        secret: None for a public client, which proves itself by PKCE alone.
        scope: What is asked for; empty: what the client is registered with.
        prompt: What the provider is to ask people; empty: what it thinks fit.
    """

    def __init__(self, client_id: str, secret: str | None, scope: str = "", prompt: str = "") -> None:
        self._client_id = client_id
        self._secret = secret
        self._scope = scope
        self._extra = {"prompt": prompt} if prompt else {}

    def address(self, endpoint: str, flow: Flow, *, with_nonce: bool) -> str:
        """Where the browser goes."""
        client = self._client(flow)
        extra = self._extra | ({"nonce": flow.nonce} if with_nonce else {})
        url, _ = client.create_authorization_url(
            endpoint, state=flow.state, code_verifier=flow.verifier, **extra
        )
        return str(url)

    async def token(self, endpoint: str, flow: Flow, code: str) -> dict[str, Any]:
        """What the provider gives for the code, once.

        Raises:
            SignInRefused: Nothing: the code was used before, is too old, or was never theirs.
            ProviderDown: No answer that could be read.
        """
        client = self._client(flow)
        try:
            async with client:
                token = await client.fetch_token(
                    endpoint, grant_type="authorization_code", code=code, code_verifier=flow.verifier
                )
        except AuthlibBaseError as error:
            log.warning("a code was refused by the provider: %s", _word(error))
            raise SignInRefused("code") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise ProviderDown(f"no token ({type(error).__name__})") from None
        if not isinstance(token.get("access_token"), str):
            raise ProviderDown("answered without a token")
        return dict(token)

    def _client(self, flow: Flow) -> Any:
        return AsyncOAuth2Client(
            client_id=self._client_id,
            client_secret=self._secret,
            token_endpoint_auth_method=_METHODS[self._secret is not None],
            scope=self._scope or None,
            redirect_uri=flow.redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
            follow_redirects=False,
        )


def _word(error: AuthlibBaseError) -> str:
    """The code of the error alone: its description is free text from elsewhere."""
    word = str(error.error or "")
    return word if word.replace("_", "").isalnum() and len(word) < 60 else "an error of its own"
