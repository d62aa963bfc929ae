"""Flags and notices as JSON lines in a file, for whatever reads such a file."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import atdesk_sdk as sdk


class HelloConfig(sdk.AdapterConfig):
    file: Path


class HelloAdapter:
    # The last line of a flag is how it stands, so a flag can be changed; who reads the file is unknown.
    platform, capabilities = "hello", sdk.Capabilities(flag_edit=True, flag_private=False)

    def __init__(self, config: HelloConfig) -> None:
        self.name, self.tenant, self.file = config.name, config.tenant, config.file

    async def start(self, host: sdk.Host) -> None:
        self._append("")  # a wrong path is told now, not in the middle of a shift
        host.report(sdk.HealthReport(self.name, sdk.HealthStatus.UP, "", host.now()))

    async def aclose(self) -> None:
        pass  # no task and no connection stays open between two lines

    async def post(self, flag: sdk.FlagView) -> sdk.MessageRef:
        return self._append(json.dumps({"flag": flag.number, **asdict(flag)}) + "\n", flag.number)

    async def update(self, ref: sdk.MessageRef, flag: sdk.FlagView) -> None:
        await self.post(flag)

    async def find(self, flag_number: str) -> sdk.MessageRef | None:
        self._append("")  # says so when the file is out of reach
        lines = map(json.loads, self.file.read_text("utf-8").splitlines())
        found = any(line.get("flag") == flag_number for line in lines)
        return sdk.MessageRef(self.name, self.file.name, flag_number) if found else None

    async def notify(self, notice: sdk.Notice) -> sdk.MessageRef:
        return self._append(
            json.dumps({"notice": notice.notice_id, **asdict(notice)}) + "\n", notice.notice_id
        )

    def _append(self, line: str, message_id: str = "") -> sdk.MessageRef:
        try:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            raise sdk.TryLater(f"{self.file} cannot be written: {error.strerror}") from error
        return sdk.MessageRef(self.name, self.file.name, message_id)


@sdk.hookimpl
def atdesk_register_adapters(register: Callable[[sdk.AdapterSpec], None]) -> None:
    register(sdk.AdapterSpec("hello", "0.1.0", HelloConfig, HelloAdapter.capabilities, HelloAdapter))
