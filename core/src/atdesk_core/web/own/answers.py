"""Answers of the agent's page: what was asked for, or a code and a sentence in the agent's language."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from atdesk_core.runtime.own_words import ERRORS, LANGUAGES, language_of, say_in
from atdesk_core.web.context import PageContext
from atdesk_core.web.sign_in import NotAllowed, NotSignedIn, Role, Who

log = logging.getLogger(__name__)

_NO_CONTENT: Final = 204


class Refusal(Exception):
    """What was asked for is not done.

    Args:
        status: Of the answer.
        code: Of the contract; the sentence goes with it unless `words` names another one.
        words: Name of the sentence.
        beside: More of the answer, beside the error.
        inside: More of the error itself.
    """

    def __init__(
        self,
        status: int,
        code: str,
        words: str = "",
        beside: Mapping[str, Any] | None = None,
        inside: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.words = words or code
        self.beside = beside or {}
        self.inside = inside or {}


@dataclass(frozen=True, slots=True)
class Call:
    """A request of an agent whose sign-in was checked.

    Attributes:
        request: As it came.
        who: The sign-in.
        agent_id: Whose page it is. There is no other way to name an agent.
        language: In which the agent reads.
    """

    request: Request
    who: Who
    agent_id: str
    language: str


Act = Callable[[Call], Awaitable[Response | None]]
"""Does what was asked for; None: nothing to say."""
Endpoint = Callable[[Request], Awaitable[Response]]


def for_agents(context: PageContext, act: Act) -> Endpoint:
    """An endpoint that only a signed-in agent reaches, and only about that agent."""

    async def answer(request: Request) -> Response:
        language = wanted_language(request)
        try:
            who = await context.guard.require(request, Role.AGENT)
        except NotSignedIn:
            return refused(Refusal(401, "not_signed_in"), language)
        except NotAllowed:
            return refused(Refusal(403, "not_allowed"), language)
        language = context.running.service.own.language(who.person_id)
        try:
            done = await act(Call(request, who, who.person_id, language))
        except Refusal as refusal:
            return refused(refusal, language)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:  # its message may quote what was typed: only its kind is told
            log.error("a request of an agent's page could not be done: %s", type(error).__name__)
            return refused(Refusal(500, "fault"), language)
        return done or Response(status_code=_NO_CONTENT)

    return answer


def refused(refusal: Refusal, language: str) -> JSONResponse:
    """A refusal as the page gets it."""
    message = say_in(language)(ERRORS[refusal.words])
    error = {"code": refusal.code, "message": message, **refusal.inside}
    return JSONResponse({"error": error, **refusal.beside}, status_code=refusal.status)


def wanted_language(connection: HTTPConnection) -> str:
    """By what the browser says, as long as nobody is signed in."""
    for part in connection.headers.get("accept-language", "").split(",")[:10]:
        tag = part.partition(";")[0].strip()
        if tag.replace("_", "-").partition("-")[0].lower() in LANGUAGES:
            return language_of(tag)
    return "en"
