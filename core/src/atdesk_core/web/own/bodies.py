"""What comes with a request: bounded before it is read to its end, checked before anything is done with it.

Pictures are in memory alone: no part of a form is ever put into a file.
"""

from collections.abc import AsyncGenerator
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from atdesk_core.web.own.answers import Refusal

M = TypeVar("M", bound=BaseModel)

MOST_JSON_BYTES: Final = 16 * 1024
MOST_PICTURE_BYTES: Final = 2 * 1024 * 1024
MOST_FORM_BYTES: Final = 5 * MOST_PICTURE_BYTES + 16 * 1024
_JPEG: Final = "image/jpeg"
_JPEG_BEGINS: Final = b"\xff\xd8\xff"
_FIELD: Final = "photo"


class Body(BaseModel):
    """A JSON body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PauseBody(Body):
    """Why, as far as the policy takes it."""

    category: Annotated[str, Field(max_length=100)] | None = None
    text: Annotated[str, Field(max_length=2000)] | None = None


class TextBody(Body):
    """What the agent says."""

    text: Annotated[str, Field(max_length=2000)] | None = None


class BreakBody(Body):
    """Of which flag; None for what stands now."""

    flag: Annotated[str, Field(min_length=1, max_length=16)] | None = None


class MoveBody(Body):
    """To when, where the agent works, such as `2026-11-23T14:30`."""

    to: Annotated[str, Field(min_length=1, max_length=40)]


class IdleBody(Body):
    """Keyboard and mouse."""

    idle: bool
    idle_for_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0


class ConsentBody(Body):
    """To which text."""

    version: Annotated[str, Field(min_length=1, max_length=20)]
    language: Annotated[str, Field(min_length=2, max_length=10)] | None = None


class RefuseBody(Body):
    """To which text; the one of now where it is left out."""

    version: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    language: Annotated[str, Field(min_length=2, max_length=10)] | None = None


async def read_json(request: Request, model: type[M]) -> M:
    """A JSON body.

    Raises:
        Refusal: Too large, no JSON, or not of this form.
    """
    content = await _read(request, MOST_JSON_BYTES)
    try:
        return model.model_validate_json(content or b"{}")
    except ValidationError:
        raise Refusal(400, "bad_request") from None


async def read_picture(request: Request) -> bytes:
    """One JPEG.

    Raises:
        Refusal: Too large, or no JPEG.
    """
    if _media_type(request.headers.get("content-type", "")) != _JPEG:
        raise Refusal(415, "not_a_picture")
    return _jpeg(await _read(request, MOST_PICTURE_BYTES))


async def read_pictures(request: Request) -> list[bytes]:
    """Three to five JPEGs out of a form.

    Raises:
        Refusal: Too large, too few, too many, or one that is no JPEG.
    """
    if _media_type(request.headers.get("content-type", "")) != "multipart/form-data":
        raise Refusal(415, "not_a_picture")
    content = await _read(request, MOST_FORM_BYTES)
    parts = await _parts(request, content)
    if not 3 <= len(parts) <= 5:
        raise Refusal(400, "bad_request", "photos")
    return parts


async def _parts(request: Request, content: bytes) -> list[bytes]:
    try:
        form = await _InMemory(request.headers, _once(content), max_files=6, max_fields=0).parse()
    except (MultiPartException, KeyError):
        raise Refusal(400, "bad_request") from None
    try:
        found = [one for one in form.getlist(_FIELD) if isinstance(one, UploadFile)]
        if len(found) != len(form.multi_items()):
            raise Refusal(400, "bad_request")
        return [await _part(one) for one in found]
    finally:
        await form.close()


async def _part(upload: UploadFile) -> bytes:
    if _media_type(upload.content_type or "") != _JPEG:
        raise Refusal(415, "not_a_picture")
    content = await upload.read()
    if len(content) > MOST_PICTURE_BYTES:
        raise Refusal(413, "too_large")
    return _jpeg(content)


class _InMemory(MultiPartParser):
    """Starlette's, whose parts never go to a file: the whole form is smaller than what a part may hold."""

    spool_max_size = 2 * MOST_FORM_BYTES


async def _once(content: bytes) -> AsyncGenerator[bytes, None]:
    yield content


async def _read(request: Request, most: int) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise Refusal(413, "too_large")
        chunks.append(chunk)
    return b"".join(chunks)


def _media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()


def _jpeg(content: bytes) -> bytes:
    if not content.startswith(_JPEG_BEGINS):
        raise Refusal(422, "unreadable")
    return content
