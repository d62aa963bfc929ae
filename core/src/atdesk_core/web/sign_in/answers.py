"""Answers of providers: small JSON objects, or the provider is not well."""

from collections.abc import Mapping
from typing import Any, Final

import httpx2

from atdesk_core.web.sign_in.provider import ProviderDown

TIMEOUT_S: Final = 10.0
MOST_BYTES: Final = 512_000


async def ask(url: str, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    """Get an address. Redirects are not followed: a token goes nowhere but where it is meant to.

    Raises:
        ProviderDown: No answer. The message names neither token nor person.
    """
    try:
        async with httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as http:
            return await http.get(url, headers=dict(headers or {}))
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ProviderDown(f"no answer ({type(error).__name__})") from None


async def json_of(url: str) -> dict[str, Any]:
    """The JSON object at an address.

    Raises:
        ProviderDown: There is none.
    """
    return object_of(await ask(url))


def object_of(answer: httpx2.Response) -> dict[str, Any]:
    """The JSON object of an answer; see `json_of`."""
    if answer.status_code != 200 or len(answer.content) > MOST_BYTES:
        raise ProviderDown(f"answered {answer.status_code}")
    try:
        found = answer.json()
    except ValueError:
        raise ProviderDown("answered something that is no JSON") from None
    if not isinstance(found, dict):
        raise ProviderDown("answered something that is no object")
    return found
