"""What the agent reads: the page's own object, the log by day, and everything to take away."""

import tempfile
import zipfile
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, timedelta
from typing import IO, Any, Final

from starlette.responses import JSONResponse, Response, StreamingResponse

from atdesk_core.identity import Signer
from atdesk_core.ledger.collecting import day_log
from atdesk_core.ledger.document import numbers
from atdesk_core.ledger.own import Line, data_of
from atdesk_core.runtime.own_export import all_days, export_files
from atdesk_core.runtime.own_reader import Reader, reader_of
from atdesk_core.web.context import PageContext
from atdesk_core.web.own.answers import Call, Refusal

_IN_MEMORY_BYTES: Final = 8_000_000
_CHUNK_BYTES: Final = 256 * 1024
_LONGEST_DAYS: Final = 3660
"""No log is kept for longer."""


class Reading:
    """Each method without an underscore is one route."""

    def __init__(self, context: PageContext) -> None:
        self._context = context
        self._service = context.running.service
        self._exporting: set[str] = set()

    async def me(self, call: Call) -> Response:
        """All that the page shows."""
        own = self._service.own
        return JSONResponse(dict(own.me(call.agent_id, await own.kept(call.agent_id))))

    async def log(self, call: Call) -> Response:
        """One day, and which days there are."""
        reader = await self._reader(call)
        first, today = await all_days(self._service.store, reader, self._context.now())
        day = _day(call, "day") or today
        await self._service.room.flushed()
        found = await day_log(self._service.store, reader.subject, day, reader.teller)
        content = {
            "day": day.isoformat(),
            "days": list(_days(first, today)),
            "entries": [_entry(line) for line in found.lines],
            "numbers": dict(numbers(found)),
        }
        return JSONResponse(content)

    async def export(self, call: Call) -> Response:
        """Everything, or the days that are asked for, with its proof."""
        if call.agent_id in self._exporting:
            raise Refusal(429, "busy")
        reader = await self._reader(call)
        now = self._context.now()
        known = await all_days(self._service.store, reader, now)
        span = (_day(call, "from") or known[0], _day(call, "to") or known[1])
        if span[0] > span[1] or (span[1] - span[0]).days > _LONGEST_DAYS:
            raise Refusal(400, "bad_request")
        self._exporting.add(call.agent_id)
        try:
            archive = await self._archive(reader, span, now)
        finally:
            self._exporting.discard(call.agent_id)
        headers = {"Content-Disposition": f'attachment; filename="atdesk-log-{span[1]}.zip"'}
        return StreamingResponse(_chunks(archive), media_type="application/zip", headers=headers)

    async def _archive(self, reader: Reader, span: tuple[date, date], now: float) -> IO[bytes]:
        """A file without a name: it is gone when it is closed. It holds no picture."""
        signer = Signer.for_service(self._context.config.service.signing_key)
        # Closed by whoever sends it.
        file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115
        await self._service.room.flushed()
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                made = export_files(
                    self._service.store, reader, span, signer, now, lambda name: archive.open(name, "w")
                )
                async for _ in made:
                    pass
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    async def _reader(self, call: Call) -> Reader:
        reader = await reader_of(self._service.store, call.agent_id, self._service.world.directory)
        if reader is None:  # left between the check of the sign-in and now
            raise Refusal(404, "not_found")
        return reader


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _day(call: Call, name: str) -> date | None:
    text = call.request.query_params.get(name)
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  (a day of the agent's own zone)
    except ValueError:
        raise Refusal(400, "bad_request") from None


def _days(first: date, today: date) -> list[str]:
    """The newest first."""
    length = min((today - first).days, _LONGEST_DAYS)
    return [(today - timedelta(days=back)).isoformat() for back in range(length + 1)]


def _entry(line: Line) -> Mapping[str, Any]:
    known: dict[str, Any] = {}
    for row in line.rows:
        known = {**data_of(row), **known}
    return {
        "at": line.at,
        "kind": line.kind,
        "sentence": line.text[:1].upper() + line.text[1:],
        "details": list(line.details),
        "look_id": known.get("look_id"),
        "rule": known.get("rule"),
        "policy_version": known.get("policy"),
        "found_nothing": line.found_nothing,
    }
