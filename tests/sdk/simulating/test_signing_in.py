"""The sign-in page of a simulated platform: everybody is a link, and what was decided goes back."""

import html
import re
from urllib.parse import parse_qs

import pytest
from starlette.responses import Response

from atdesk_sdk.simulating.signing_in import WHO, SignInPage, challenge_of, sent_back

PAGE = SignInPage("Acme & Sons")


def _text(answered: Response) -> str:
    return bytes(answered.body).decode()


def test_everybody_is_a_link_that_asks_again_as_them() -> None:
    query = {"client_id": "c", "state": 'a"b&c', "redirect_uri": "https://here/back?x=1"}
    answered = PAGE.choice(query, [("1", "Mira <Halloran>"), ("2 b", "Jun Okafor")])
    links = re.findall(r'<li><a href="\?([^"]*)">(.*?)</a></li>', _text(answered))
    names = [html.unescape(name) for _, name in links]
    asked = [parse_qs(html.unescape(address), keep_blank_values=True) for address, _ in links]
    assert answered.status_code == 200
    assert names == ["Mira <Halloran>", "Jun Okafor", "Nobody: cancel"]
    assert [one.pop(WHO) for one in asked] == [["1"], ["2 b"], [""]]
    assert asked == [{key: [value] for key, value in query.items()}] * 3


def test_the_platform_is_named_and_nothing_is_taken_for_html() -> None:
    refused = PAGE.refused("no client '<b>' here")
    assert refused.status_code == 400
    assert "<title>Simulated Acme &amp; Sons: sign in</title>" in _text(refused)
    assert "<p>no client &#x27;&lt;b&gt;&#x27; here</p>" in _text(refused)


@pytest.mark.parametrize(
    ("redirect", "address"),
    [
        ("https://here/back", "https://here/back?code=a%2Bb&state=1"),
        ("https://here/back?team=2", "https://here/back?team=2&code=a%2Bb&state=1"),
    ],
)
def test_what_was_decided_goes_back_in_the_query(redirect: str, address: str) -> None:
    answered = sent_back(redirect, {"code": "a+b", "state": "1"})
    assert (answered.status_code, answered.headers["location"]) == (302, address)


def test_the_challenge_is_the_one_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
