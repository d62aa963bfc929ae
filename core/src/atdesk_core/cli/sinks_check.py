"""What `atdesk doctor` says about the sinks of flags: what they may show, who reads them, who covers."""

from collections.abc import Iterable, Iterator

from atdesk_core.identity import Directory
from atdesk_core.runtime.channels import compared
from atdesk_sdk import Adapter, AdapterError, Capabilities, ChannelMembers, FlagSink

Line = tuple[str, bool, str]
"""What was checked, whether it is well, and what is said of it."""


async def sink_lines(adapters: Iterable[Adapter], directory: Directory) -> list[Line]:
    """Two lines of each sink, while it is connected.

    Args:
        adapters: Started.
        directory: Who leads whom.
    """
    lines: list[Line] = []
    for adapter in adapters:
        if isinstance(adapter, FlagSink):
            lines.append((f"flags in {adapter.name}", True, _shows(adapter.capabilities)))
            lines.append((f"readers of {adapter.name}", *await _readers(adapter, directory)))
    return lines


def link_lines(adapters: Iterable[Adapter], public_url: str) -> Iterator[Line]:
    """Without an address there are no links, and a sink that shows no finding says almost nothing."""
    sinks = [one for one in adapters if isinstance(one, FlagSink)]
    if not sinks or public_url:
        return
    says = "there are none: set service.public_url to the address at which leads reach this service"
    bare = [one.name for one in sinks if not one.capabilities.shows_findings]
    if bare:
        says += f"; without them nobody can read a flag of {', '.join(bare)}, where no finding is shown"
    yield "links to flags", not bare, says


def cover_lines(directory: Directory) -> Iterator[Line]:
    """Covers who would never be asked."""
    leads = {lead for agent_id in directory.people for lead in directory.lead_ids(agent_id)}
    for lead in sorted(leads):
        covers = directory.cover_ids(lead)
        if covers and not directory.has_shifts(lead):
            says = (
                f"{', '.join(covers)} would answer for {lead}, who has no shifts and so is never known to be "
                "off shift: give the lead shifts (atdesk agents import, column shift)"
            )
            yield f"cover of {lead}", False, says


def _shows(can: Capabilities) -> str:
    if can.shows_findings:
        return "the finding is shown, and the leads answer in place"
    lacks = [
        what
        for what, is_there in (
            ("it is not private", can.flag_private),
            ("nobody can answer in it", can.flag_buttons),
            ("what it says cannot be changed", can.flag_edit),
        )
        if not is_there
    ]
    return f"number, name, time and a link, and no finding, for {' and '.join(lacks)}"


async def _readers(adapter: Adapter, directory: Directory) -> tuple[bool, str]:
    if not isinstance(adapter, ChannelMembers):
        return True, "the adapter cannot say who reads the channel: look there that the leads alone do"
    try:
        members = await adapter.members()
    except AdapterError as error:
        return False, f"who reads the channel could not be asked: {error}"
    if members is None:
        return True, "the platform does not say who reads the channel: look there that the leads alone do"
    readers = compared(directory, adapter.platform, adapter.tenant, members)
    says = []
    if readers.strangers:
        says.append(
            f"{', '.join(readers.strangers)} read it and lead nobody: take them out; until then no finding "
            "is shown there"
        )
    if readers.missing:
        says.append(f"{', '.join(readers.missing)} lead, and are not in it: add them")
    return not says, "; ".join(says) or f"{len(members)}, all of whom lead or cover"
