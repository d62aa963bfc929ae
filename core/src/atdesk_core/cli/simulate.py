"""`atdesk simulate PLATFORM`: a platform on loopback, for trying things and for tests."""

import asyncio
import contextlib
import errno
import json
import signal
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import entry_points

from atdesk_core.cli.output import console
from atdesk_sdk import ConfigError

GROUP = "atdesk.simulators"

Serve = Callable[[int, Callable[[Mapping[str, object]], None]], Awaitable[None]]


def simulate_command(platform: str, port: int, *, as_json: bool) -> None:
    """Run it until Ctrl-C or SIGTERM."""
    serve = _simulator(platform)

    def announce(about: Mapping[str, object]) -> None:
        if as_json:
            print(json.dumps(about), flush=True)  # noqa: T201  (one line for programs)
        else:
            for name, value in about.items():
                console().print(f"{name:>14}  {value}", soft_wrap=True, markup=False)

    try:
        asyncio.run(_until_stopped(serve(port, announce)))
    except OSError as problem:
        if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise ConfigError(
            f"the simulator of {platform} cannot listen on port {port} ({problem.strerror}): "
            "stop what listens there, or give another --port"
        ) from None


def _simulator(platform: str) -> Serve:
    found = {point.name: point for point in entry_points(group=GROUP)}
    if platform not in found:
        known = ", ".join(sorted(found)) or "none is installed"
        raise ConfigError(f"there is no simulator of {platform!r} (installed: {known})")
    try:
        serve: Serve = found[platform].load().serve
    except ImportError as error:
        raise ConfigError(
            f"the simulator of {platform} needs more packages ({error.name}): "
            f"pip install 'atdesk-{platform}[simulator]'"
        ) from None
    return serve


async def _until_stopped(work: Awaitable[None]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
