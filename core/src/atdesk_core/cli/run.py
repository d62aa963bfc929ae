"""`atdesk run`: the service in the foreground."""

import asyncio
import contextlib
import logging
import signal
import sys
import time
from pathlib import Path

import structlog

from atdesk_core.cli.output import errors
from atdesk_core.cli.setting import load_setting
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.garbage import search_seldom
from atdesk_core.runtime.live import Running, running
from atdesk_core.runtime.plugins import Plugin, PluginStatus
from atdesk_core.web.metrics import Metrics
from atdesk_core.web.pages import build_pages, context_of
from atdesk_core.web.server import serving
from atdesk_sdk import ConfigError


def run_command(path: Path, *, dry_run: bool, engine: str) -> None:
    """Run until Ctrl-C or SIGTERM."""
    if engine != "local":
        raise ConfigError(f"--engine {engine}: only `local` is there yet; it serves some sixty agents a core")
    _log_plainly()
    config, plugins = load_setting(path)
    for plugin in plugins:
        if plugin.status is PluginStatus.REFUSED:
            logging.getLogger(__name__).warning("plugin %s is refused: %s", plugin, plugin.reason)
    asyncio.run(_run(config, plugins, dry_run))


def _log_plainly() -> None:
    """One line an event on standard error. Values never hold a face, a template, a token or a secret."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("alembic", "httpx2", "httpcore2", "websockets", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.add_log_level,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


async def _run(config: Config, plugins: list[Plugin], dry_run: bool) -> None:
    out = errors()
    stop, metrics = asyncio.Event(), Metrics()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        with out.status("Loading the models and connecting to the platforms"):
            live = await stack.enter_async_context(_measured(config, plugins, metrics, dry_run))
            app = build_pages(context_of(live, config, time.time, metrics))
            where = (config.service.host, config.service.port)
            port = await stack.enter_async_context(serving(app, *where))
        search_seldom()
        _say_ready(config, live, port, dry_run)
        await stop.wait()
        live.service.stopping()
        out.print("Stopping: looks first, then the platforms.")


def _measured(
    config: Config, plugins: list[Plugin], metrics: Metrics, dry_run: bool
) -> contextlib.AbstractAsyncContextManager[Running]:
    """The service, with what `/metrics` tells taken at its joints."""
    return running(
        config,
        dry_run=dry_run,
        plugins=plugins,
        on_record=[metrics.record],
        watch_eyes=metrics.eyes,
        watch_delivery=metrics.delivery,
    )


def _say_ready(config: Config, live: Running, port: int, dry_run: bool) -> None:
    out = errors()
    out.print(f"atdesk runs on http://{config.service.host}:{port}" + (" (dry run)" if dry_run else ""))
    for name, report in live.service.health().items():
        out.print(f"  {name}: {report.status.value} {report.message}", markup=False)
    out.print("Stop it with Ctrl-C.")
