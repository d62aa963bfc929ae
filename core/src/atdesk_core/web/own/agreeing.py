"""Agreeing, refusing, and being erased, by the agent alone and with nobody in between."""

import contextlib
import secrets
from functools import partial
from typing import Final

from starlette.responses import JSONResponse, Response

from atdesk_core.evidence import NotErasedError, Order, PurgeReason, StillError, erase
from atdesk_core.identity import (
    Consent,
    ConsentError,
    RefusalError,
    Signer,
    StillOf,
    record_consent,
    record_refusal,
    withdraw_consent,
)
from atdesk_core.identity import (
    Refusal as Refused,
)
from atdesk_core.identity.consent import consent_of
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.runtime.consent_words import ConsentText, ConsentTexts
from atdesk_core.store import LedgerEntry
from atdesk_core.web.context import PageContext
from atdesk_core.web.own.answers import Call, Refusal
from atdesk_core.web.own.bodies import ConsentBody, RefuseBody, read_json

_TRIES: Final = 1
"""The agent waits for the answer: what another process holds up is not waited for again and again."""
_RECEIPT: Final = {"Content-Disposition": 'attachment; filename="receipt.json"'}


class Agreeing:
    """Each method without an underscore is one route."""

    def __init__(self, context: PageContext) -> None:
        self._context = context
        self._service = context.running.service
        self._texts = ConsentTexts(context.config.consent)

    async def text(self, call: Call) -> Response:
        """What is asked, and what was answered."""
        shown = self._shown(call, call.request.query_params.get("language"))
        kept = await self._service.own.kept(call.agent_id)
        content = {
            "text": shown.text,
            "version": shown.version,
            "language": shown.language,
            "languages": list(shown.languages),
            "alternative": shown.alternative,
            "given_at": kept.consent_at,
            "refused": kept.refused,
        }
        return JSONResponse(content)

    async def agree(self, call: Call) -> Response | None:
        """To the text that was shown, in the language in which it was shown."""
        body = await read_json(call.request, ConsentBody)
        shown = self._read_by(call, body.version, body.language)
        store, now = self._service.store, self._context.now()
        if await consent_of(store, call.agent_id) is not None:
            raise Refusal(409, "consent_given")
        consent = Consent(
            secrets.token_hex(8), call.agent_id, shown.version, shown.language, shown.alternative, now
        )
        row = self._row(call, what="given", text_version=shown.version)
        try:
            await record_consent(store, consent, [row])
        except ConsentError:
            raise Refusal(409, "consent_given") from None
        await self._service.take_up_changes()
        return None

    async def refuse(self, call: Call) -> Response | None:
        """No row is written, and nobody is told: for everybody else the agent was not asked."""
        body = await read_json(call.request, RefuseBody)
        shown = self._read_by(call, body.version, body.language)
        refused = Refused(
            call.agent_id, shown.version, shown.language, shown.alternative, self._context.now()
        )
        try:
            await record_refusal(self._service.store, refused)
        except RefusalError:
            raise Refusal(409, "consent_given") from None
        return None

    async def withdraw(self, call: Call) -> Response:
        """The consent ends, what rests on it is destroyed, and what came of that is signed."""
        service, table = self._service, self._context.config.service
        name = service.world.profile(call.agent_id).name
        order = Order(call.agent_id, name, self._context.now())
        await service.room.flushed()
        try:
            signer = Signer.for_service(table.signing_key)
            path = table.database.expanduser()
            erased = await erase(service.store, service.ring, signer, order, path, _TRIES)
        except (NotErasedError, StillError) as error:
            await self._withdraw_alone(call)
            held = isinstance(error, StillError)
            raise (Refusal(409, "held") if held else Refusal(503, "erase_later")) from None
        finally:
            # Whatever could be proved: looks stop with this very call.
            await service.take_up_changes()
        return Response(erased.receipt.as_json() + "\n", media_type="application/json", headers=_RECEIPT)

    async def _withdraw_alone(self, call: Call) -> None:
        """No receipt can be given: the agent's no counts all the same, and what can be destroyed is."""
        store, now = self._service.store, self._context.now()
        with contextlib.suppress(ConsentError):  # it has ended already
            await withdraw_consent(
                store, call.agent_id, now, [self._row(call, what="withdrawn")], partial(self._gone, call)
            )

    def _gone(self, call: Call, still: StillOf) -> LedgerEntry:
        person = self._service.world.directory.people[call.agent_id]
        data = {
            "still_id": still.still_id,
            "number": still.flag_number,
            "why": PurgeReason.CONSENT_WITHDRAWN.value,
        }
        return entry(LedgerKind.STILL_PURGED, self._context.now(), person.site_id, person.agent_ref, data)

    def _shown(self, call: Call, language: str | None) -> ConsentText:
        return self._texts.shown(language or call.language)

    def _read_by(self, call: Call, version: str | None, language: str | None) -> ConsentText:
        shown = self._shown(call, language)
        if version is not None and version != shown.version:
            raise Refusal(409, "text_changed")
        return shown

    def _row(self, call: Call, **data: str) -> LedgerEntry:
        directory = self._service.world.directory
        person = directory.people[call.agent_id]
        return entry(LedgerKind.CONSENT, self._context.now(), person.site_id, person.agent_ref, data)
