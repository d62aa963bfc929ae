"""Microsoft's Agents Playground as a second judge: a Bot Connector and a Teams-like page that are not ours.

It comes from npm (`make browser-packages`), and its licence keeps it out of what we ship. It is started on
loopback with its telemetry off, and ended by its id.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from playwright.async_api import Page, Route

from tests.browser.packages import FOLDER, is_installed

PACKAGE: Final = Path("@microsoft/m365agentsplayground/cli.js")
_CONFIG: Final = ".m365agentsplayground.yml"
_OTHERS: Final = 5
_STARTS_WITHIN_S: Final = 60.0
_SHOWS_WITHIN_S: Final = 30.0
_ENDS_WITHIN_S: Final = 10.0
_LOG: Final = "devTools/m365agentsplayground.log"
#: It would listen on every address of the machine.
_ON_LOOPBACK: Final = """
const { Server } = require("node:net");
const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  return typeof port === "number" && typeof rest[0] !== "string"
    ? listen.call(this, port, "127.0.0.1", ...rest) : listen.call(this, port, ...rest);
};
"""


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody in the Playground.

    Attributes:
        object_id: Entra's.
        name: As displayed.
    """

    object_id: str
    name: str

    @property
    def mri(self) -> str:
        """How the Connector calls them."""
        return f"29:{self.object_id}"

    def as_json(self) -> dict[str, str]:
        """The person in the Playground's configuration."""
        given, _, surname = self.name.partition(" ")
        address = f"{given.lower()}@example.invalid"
        return {
            "id": self.mri,
            "name": self.name,
            "userPrincipleName": address,
            "aadObjectId": self.object_id,
            "givenName": given,
            "surname": surname or given,
            "email": address,
        }


@dataclass(frozen=True, slots=True)
class Scene:
    """Who and what the Playground shows.

    Attributes:
        tenant_id: Entra's.
        bot_id: The app's client id.
        current: Who sits before it.
        others: Who else is there, five at most; strangers make them five.
        team_id: Of the team, and of its general channel.
        channel_id: Of the channel for flags.
        channel_name: As displayed.
        chat_id: Of the chat between the bot and who sits there.
    """

    tenant_id: str
    bot_id: str
    current: Player
    others: Sequence[Player] = ()
    team_id: str = "19:general@thread.tacv2"
    channel_id: str = "19:flags@thread.tacv2"
    channel_name: str = "Desk flags"
    chat_id: str = "a:chat-with-the-bot"

    def as_json(self) -> Mapping[str, Any]:
        """The Playground's configuration: a team with one channel beside the general one, and six people."""
        strangers = [Player(f"00000000-0000-4000-8000-{one:012}", f"Guest {one}") for one in range(_OTHERS)]
        others = [*self.others, *strangers][:_OTHERS]
        group_id = "00000000-0000-4000-8000-000000000031"
        channel = {"id": self.channel_id, "name": self.channel_name}
        return {
            "version": "0.1.1",
            "tenantId": self.tenant_id,
            "bot": {"id": f"28:{self.bot_id}", "name": "atdesk"},
            "currentUser": self.current.as_json(),
            "users": [one.as_json() for one in others],
            "personalChat": {"id": self.chat_id},
            "groupChat": {"id": "19:group@thread.v2", "name": "Group"},
            "team": {"id": self.team_id, "name": "Team leads", "aadGroupId": group_id, "channels": [channel]},
        }


@dataclass(frozen=True, slots=True)
class Playground:
    """One that runs.

    Attributes:
        url: Its page.
        scene: Who and what it shows.
    """

    url: str
    scene: Scene

    @property
    def service_url(self) -> str:
        """Its Bot Connector."""
        return f"{self.url}/_connector"


@contextlib.asynccontextmanager
async def playground(endpoint: str, folder: Path, scene: Scene) -> AsyncIterator[Playground]:
    """Run the Playground until the block is left; the test is skipped where it is not there.

    Args:
        endpoint: The bot's messaging endpoint; the bot listens already, or nothing begins.
        folder: An empty one, for what it writes.
        scene: Who and what it shows.

    Raises:
        TimeoutError: It did not listen in time.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine; the Agents Playground is skipped")
    if not is_installed(PACKAGE):
        pytest.skip(f"{PACKAGE.parent} is not installed (`make browser-packages` needs npm and a registry)")
    port = _free_port()
    (folder / _CONFIG).write_text(json.dumps(scene.as_json()), encoding="utf-8")  # JSON is YAML
    (folder / "loopback.cjs").write_text(_ON_LOOPBACK, encoding="utf-8")
    arguments = ["--require", str(folder / "loopback.cjs"), str(FOLDER / PACKAGE), "start"]
    arguments += ["-e", endpoint, "-c", "msteams", "-p", str(port), "--dt"]
    arguments += ["--su", f"http://127.0.0.1:{port}/_connector"]
    process = await asyncio.create_subprocess_exec(
        node,
        *arguments,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "TEAMSAPPTESTER_BROWSER": "none"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        await _listens(process, port, folder / _LOG)
        yield Playground(f"http://127.0.0.1:{port}", scene)
    finally:
        await _end(process)


async def show(page: Page, running: Playground, conversation: str = "") -> None:
    """Let a person look at a conversation; nothing but loopback is asked for anything.

    The Playground begins anew when its page opens, and forgets what was posted before. When this returns, the
    bot has been told that it is in the person's chat and in the conversation.

    Args:
        page: A page of Chromium.
        running: The Playground.
        conversation: What its list calls it; the channel for flags when empty.
    """
    await page.route(re.compile(r"^https?://(?!127\.0\.0\.1|localhost)"), _refuse)
    page.set_default_timeout(_SHOWS_WITHIN_S * 1000)
    await page.goto(running.url)
    await page.locator(f'button[aria-label$="{conversation or running.scene.channel_name}"]').click()
    # Its log: once for the chat, once for the channel.
    await page.get_by_text("conversationUpdate 200").nth(0 if conversation else 1).wait_for()


async def _refuse(route: Route) -> None:
    await route.abort()


async def _listens(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    """Wait until it serves; it says that it listens before it has read its configuration."""
    url = f"http://127.0.0.1:{port}/_internal/v1/config"
    async with asyncio.timeout(_STARTS_WITHIN_S), httpx2.AsyncClient(trust_env=False) as http:
        assert process.stdout is not None
        await process.stdout.readline()
        while process.returncode is None:
            with contextlib.suppress(httpx2.HTTPError):
                if (await http.get(url)).is_success:
                    return
            # There is nothing of its own to wait for.
            await asyncio.sleep(0.05)
    told = await asyncio.to_thread(log.read_text, encoding="utf-8", errors="replace")
    raise RuntimeError(f"the Agents Playground ended by itself: {told[-2000:]}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(_ENDS_WITHIN_S):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
