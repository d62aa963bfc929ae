"""`atdesk policy may`: what the presets allow, and why not."""

import json
from collections.abc import Sequence

from atdesk_core.cli.output import console
from atdesk_core.policy import LookReason
from atdesk_core.policy.may import may
from atdesk_sdk import ConfigError


def may_command(
    jurisdictions: Sequence[str], check: str, trigger: str, preconditions: str, *, as_json: bool
) -> None:
    """Print whether it is allowed, and because of what.

    Raises:
        ConfigError: No such check, trigger, jurisdiction or choice of preconditions.
    """
    if preconditions not in ("none", "all"):
        raise ConfigError(f"--preconditions {preconditions!r}: take none or all")
    if trigger not in tuple(LookReason):
        raise ConfigError(f"there is no trigger {trigger!r}: take one of {', '.join(LookReason)}")
    answer = may(jurisdictions, check, LookReason(trigger), everything_met=preconditions == "all")
    if as_json:
        console().print_json(json.dumps({"allowed": answer.allowed, "because": answer.because}), indent=None)
    else:
        console().print(f"{'allowed' if answer.allowed else 'refused'}: {answer.because}", soft_wrap=True)
