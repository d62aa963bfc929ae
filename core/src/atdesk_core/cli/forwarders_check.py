"""What `atdesk doctor` says of the forwarders: is the secret there, and whose frames may they send."""

from collections.abc import Iterator

from atdesk_core.runtime.config import Config
from atdesk_core.web.frames.tokens import read_forwarders
from atdesk_sdk import ConfigError


def forwarder_lines(config: Config) -> Iterator[tuple[str, bool, str]]:
    """(what, whether it is well, what to say) for each."""
    for table in config.forwarders:
        what = f"forwarder {table.name}"
        try:
            read_forwarders([table])
        except ConfigError as error:
            yield what, False, str(error)
        else:
            yield what, True, f"may send frames of {table.platform}, tenant {table.tenant}"
