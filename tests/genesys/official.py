"""The vendor's client as a judge, and a simulator in a thread of its own for it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2

from atdesk_genesys.simulator import GenesysSimulator

Result = TypeVar("Result")

#: Topic's last part -> the class that notificationMappings.json names for it.
EVENT_MODELS = {
    "activity": "AgentActivityChangedTopicAgentActivity",
    "presence": "PresenceEventUserPresence",
    "routingStatus": "UserRoutingStatusUserRoutingStatus",
    "conversations": "ConversationEventTopicConversation",
    "calls": "ConversationCallEventTopicCallConversation",
    "videos": "ConversationVideoEventTopicVideoConversation",
    "conversationsummary": "UserConversationsEventUserConversationSummary",
    "outofoffice": "OutOfOfficeEventOutOfOffice",
    "system": "SystemMessageSystemMessage",
}


class InThread:
    """A simulator with an event loop of its own: the official client is synchronous."""

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> InThread:
        self._thread.start()
        assert self._ready.wait(10), "the simulator did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with GenesysSimulator(**self._options) as self.sim:
            self._ready.set()
            await self._stop.wait()

    def do(self, work: Callable[[], Result]) -> Result:
        """Run a function in the simulator's thread."""

        async def run() -> Result:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(5)


class Answer:
    """The least of a response that `ApiClient.deserialize` wants."""

    def __init__(self, body: object) -> None:
        self.data = json.dumps(body)

    def getheader(self, *_: object) -> str:
        return "application/json"


@dataclass
class Judge:
    """The official client, signed in, and a way to put any body through its models."""

    sdk: Any
    api: Any
    server: InThread
    raw: httpx2.Client
    judged: set[str] = field(default_factory=set)

    def body(self, body: Any, model: str) -> None:
        """Fail on a value or a key that the official model does not know."""
        parsed = self.api.deserialize(Answer(body), model)
        assert "outdated_sdk_version" not in str(parsed), f"{model}: unknown enum value in {body}"
        inner = model[5:-1] if model.startswith("list[") else model
        for one in body if isinstance(body, list) else [body]:
            assert not self._unknown(one, inner), f"{model}: unknown keys"
        self.judged.add(model)

    def frame(self, frame: Mapping[str, Any]) -> None:
        """Judge one frame of the socket."""
        parts = frame["topicName"].split(".")
        model = EVENT_MODELS["system" if parts[1] == "system" else parts[-1]]
        assert set(frame) == {"topicName", "version", "eventBody", "metadata"}
        assert isinstance(frame["version"], str)
        assert set(frame["metadata"]) == {"CorrelationId"}
        self.body(frame["eventBody"], model)

    def rest(self, method: str, path: str, model: str, **request: Any) -> Any:
        """Make a call ourselves and judge the bytes that came."""
        response = self.raw.request(method, f"/api/v2{path}", **request)
        assert response.is_success, response.text
        self.body(response.json(), model)
        return response.json()

    def _unknown(self, body: Mapping[str, Any], model: str, path: str = "") -> list[str]:
        shape = getattr(self.sdk.models, model)()
        names = {wire: name for name, wire in shape.attribute_map.items()}
        found: list[str] = []
        for key, value in body.items():
            if key not in names:
                found.append(path + key)
                continue
            kind = shape.swagger_types[names[key]]
            inner = kind[5:-1] if kind.startswith("list[") else kind
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict) and hasattr(self.sdk.models, inner):
                    found += self._unknown(one, inner, f"{path}{key}.")
        return found
