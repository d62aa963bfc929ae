"""Host pages that stand for the consoles, each on a site of its own: a page in them is a third party's.

`localhost` is another site than `127.0.0.1`, where the service is: storage is parted as in a console.
"""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from atdesk_core.web.server import serving

HERE = Path(__file__).parent
_TYPES = {".html": "text/html", ".js": "text/javascript"}


@contextlib.asynccontextmanager
async def console_on_loopback(host: str = "localhost") -> AsyncIterator[str]:
    """The host pages of this folder, until the block is left.

    Args:
        host: Name by which the browser reaches them.

    Yields:
        Their origin, without a slash at the end.
    """
    async with serving(Starlette(routes=[Route("/{name}", _page)]), "127.0.0.1", 0) as port:
        yield f"http://{host}:{port}"


async def _page(request: Request) -> Response:
    path = HERE / request.path_params["name"]
    if path.suffix not in _TYPES or not path.is_file():
        return Response(status_code=404)
    return FileResponse(path, media_type=_TYPES[path.suffix])
