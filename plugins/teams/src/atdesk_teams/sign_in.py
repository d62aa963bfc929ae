"""Tokens for the app itself, by msal, which keeps them: nothing here caches."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import msal  # type: ignore[import-untyped]
import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from atdesk_sdk.config import resolve_secret
from atdesk_sdk.errors import AdapterError, ConfigError, CredentialsBad, TryLater
from atdesk_teams.config import Certificate, TeamsConfig
from atdesk_teams.errors import sign_in_verdict, unreached

_KEY: Final = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)


Credential = str | Mapping[str, str]


class Tokens(Protocol):
    """Where a request gets its token from."""

    async def token(self, scope: str) -> str:
        """Give a token that is good for a while."""
        ...

    async def forget(self) -> None:
        """Drop what is kept: it was refused."""
        ...


class _TrustingSession(requests.Session):
    """Keeps to the authority that was configured: `REQUESTS_CA_BUNDLE` would win over it."""

    def __init__(self, ca_file: Path | None) -> None:
        super().__init__()
        self._ca_file = ca_file

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> dict[str, Any]:
        settings: dict[str, Any] = dict(
            super().merge_environment_settings(url, proxies, stream, verify, cert)
        )
        if self._ca_file is not None:
            settings["verify"] = str(self._ca_file)
        return settings


class SignIn:
    """One app of one tenant.

    Args:
        client_id: Of the app.
        credential: Reads its secret, or what msal takes for a certificate; read again after a refusal, so
            that one that was replaced counts without a restart.
        authority: With the tenant, without a slash at the end.
        ca_file: Certificate authority of a gateway or a simulator.
        proof: How messages call the credential: a reference or a path, never the value.
        timeout_s: Longest wait for one answer.
    """

    def __init__(
        self,
        client_id: str,
        credential: Callable[[], Credential],
        authority: str,
        *,
        ca_file: Path | None,
        proof: str,
        timeout_s: float,
    ) -> None:
        self._client_id = client_id
        self._credential = credential
        self._authority = authority
        self._proof = proof
        self._timeout_s = timeout_s
        self._session = _TrustingSession(ca_file)
        self._app: msal.ConfidentialClientApplication | None = None
        self._one_at_a_time = asyncio.Lock()

    async def token(self, scope: str) -> str:
        """Give a token that is good for a while.

        Raises:
            CredentialsBad: Microsoft refuses the app; the message says why and the way out.
            TryLater: The sign-in cannot be reached.
        """
        async with self._one_at_a_time:
            may_be_old = self._app is not None
            answer = await asyncio.to_thread(self._ask, scope)
            if may_be_old and self._app is None:
                answer = await asyncio.to_thread(self._ask, scope)
        token = answer.get("access_token")
        if isinstance(token, str) and token:
            return token
        tenant = self._authority.rpartition("/")[2]
        raise sign_in_verdict(answer, proof=self._proof, client=self._client_id, tenant=tenant)

    async def forget(self) -> None:
        """Drop what is kept: it was refused."""
        async with self._one_at_a_time:
            if self._app is not None:
                await asyncio.to_thread(self._app.remove_tokens_for_client)

    def close(self) -> None:
        """Close every connection. Twice is fine."""
        self._session.close()

    def _ask(self, scope: str) -> Mapping[str, Any]:
        try:
            if self._app is None:
                self._app = self._made()
            answer: Mapping[str, Any] = self._app.acquire_token_for_client(scopes=[scope])
            if not answer.get("access_token"):
                # The credential is read again; and msal would answer from memory for a while.
                self._app = None
        except requests.RequestException as error:
            where = self._authority.rpartition("/")[0]
            raise TryLater(f"sign in: {where} is out of reach ({unreached(error)})") from None
        except ConfigError as error:
            raise CredentialsBad(f"sign in: {error}") from None
        except AdapterError:
            raise
        except ValueError as error:
            raise self._unusable(error) from None
        except Exception as error:
            # msal raises what it happens to stumble over: a status of its own, a missing key, a list. It
            # would stumble over the same answer, from memory, for a while.
            self._app = None
            raise self._later(error) from error
        return answer

    def _made(self) -> msal.ConfidentialClientApplication:
        return msal.ConfidentialClientApplication(
            self._client_id,
            client_credential=self._credential(),
            authority=self._authority,
            validate_authority=False,
            instance_discovery=False,
            http_client=_Timed(self._session, self._timeout_s),
        )

    def _unusable(self, error: ValueError) -> CredentialsBad | TryLater:
        """Msal says nearly everything with a ValueError: no discovery, no such tenant, an unreadable key."""
        if "tenant" in str(error).casefold():
            return CredentialsBad(f"sign in: {self._authority} is no authority; check tenant and authority")
        return self._later(error)

    def _later(self, error: Exception) -> TryLater:
        said = f"sign in: {self._authority} gave no usable answer ({type(error).__name__})"
        return TryLater(f"{said}; it may be out of order, or a proxy is in between")


class _Timed:
    """The session as msal wants it, with a limit on each wait."""

    def __init__(self, session: requests.Session, timeout_s: float) -> None:
        self._session = session
        self._timeout_s = timeout_s

    def get(self, url: str, **more: Any) -> requests.Response:
        return self._session.get(url, **({"timeout": self._timeout_s} | more))

    def post(self, url: str, **more: Any) -> requests.Response:
        return self._session.post(url, **({"timeout": self._timeout_s} | more))

    def close(self) -> None:
        self._session.close()


def granted(token: str) -> frozenset[str] | None:
    """Read which application permissions a token names; None: it does not say, as it may be opaque.

    A hint for whoever sets this up, so that a missing permission shows before it is needed; never a proof.
    """
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        roles = claims.get("roles", [])
        return frozenset(role for role in roles if isinstance(role, str))
    except (IndexError, ValueError, AttributeError, TypeError):
        return None


def graph_sign_in(config: TeamsConfig) -> SignIn:
    """The app registration of the table; reads files and keyrings.

    Raises:
        ConfigError: The secret or the certificate is not there, or cannot be read.
        CredentialsBad: The certificate has expired.
    """
    credential, proof = credential_of(config.client_secret, config.certificate)
    credential()  # what is not there shows now
    return SignIn(
        config.client_id,
        credential,
        config.authority_url,
        ca_file=config.ca_file,
        proof=proof,
        timeout_s=config.request_s,
    )


def credential_of(
    secret: str | None, certificate: Certificate | None
) -> tuple[Callable[[], Credential], str]:
    """How the credential is read, and how messages call it: by its reference or path."""
    if certificate is not None:
        return partial(certificate_credential, certificate), str(certificate.file)
    return partial(resolve_secret, secret or ""), secret or ""


def certificate_credential(given: Certificate) -> dict[str, str]:
    """Read a PEM file into what msal takes.

    Raises:
        ConfigError: It cannot be read, or lacks the key or the certificate.
        CredentialsBad: It has expired.
    """
    try:
        pem = given.file.expanduser().read_text(encoding="ascii")
        certificate = x509.load_pem_x509_certificate(pem.encode("ascii"))
    except OSError as error:
        raise ConfigError(f"the certificate {given.file} cannot be read: {error.strerror}") from None
    except ValueError:
        raise ConfigError(f"the certificate {given.file} holds no certificate in PEM") from None
    if certificate.not_valid_after_utc < datetime.now(UTC):
        day = certificate.not_valid_after_utc.date()
        raise CredentialsBad(
            f"sign in: the certificate {given.file} has expired on {day}: put a new one there, and "
            "upload its public part to the app registration"
        )
    key = _KEY.search(pem)
    if key is None:
        raise ConfigError(f"the certificate {given.file} holds no private key")
    credential = {
        "private_key": key[0],
        "public_certificate": certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"),
    }
    if given.password is not None:
        credential["passphrase"] = resolve_secret(given.password)
    return credential
