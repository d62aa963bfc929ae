"""The same policy somewhere else: asked of the engine before the film, for a place that refuses it."""

from dataclasses import dataclass
from typing import Final

from atdesk_core.policy import Because
from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.policy.may import may
from atdesk_core.policy.merge import Resolved, resolve
from atdesk_core.policy.rules import LookReason
from atdesk_core.runtime.agreed import contents_of
from atdesk_core.runtime.config import Config

ELSEWHERE: Final = "GB"
CHECK: Final = "absent"
COMMAND: Final = (
    f"atdesk policy may --jurisdiction {ELSEWHERE} --check {CHECK} --trigger watch --preconditions all"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What became of the demo's own policy in two places.

    Attributes:
        allowed_here: `may` says so where the demo is, with everything on record.
        code: Why not elsewhere, as the engine logs it.
        because: The same in plain words, with the sources of the preset.
        camera: Whether any picture would be analysed elsewhere, once levels were merged.
        settings_refused: Settings of the policy that elsewhere's preset does not grant.
    """

    allowed_here: bool
    code: str
    because: str
    camera: bool
    settings_refused: tuple[str, ...]

    @property
    def in_short(self) -> str:
        """The first reason, without the sources."""
        return self.because.partition(" Refused: ")[0].partition(": ")[2]


def ask_elsewhere(config: Config) -> Refusal:
    """Ask for the policy of the demo's own site, with everything on record that can be.

    Args:
        config: Of the demo; its policy file is read as it stands.
    """
    (site,) = config.sites
    here = may([site.jurisdiction], CHECK, LookReason.WATCH, everything_met=True)
    there = may([ELSEWHERE], CHECK, LookReason.WATCH, everything_met=True)
    moved = _moved(config)
    return Refusal(
        here.code is Because.ALLOWED,
        there.code.value,
        there.because,
        moved.policy.camera,
        tuple(path for path, _ in moved.refused),
    )


def _moved(config: Config) -> Resolved:
    """What the levels come to if the site stood elsewhere."""
    return resolve([cap_of(ELSEWHERE), *(content.level for content in contents_of(config).values())])
