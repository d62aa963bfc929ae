"""What a service is put together from."""

from collections.abc import Callable
from dataclasses import dataclass

from atdesk_core.agreements import Caps
from atdesk_core.identity import Directory, KeyRing
from atdesk_core.judging import JudgingRules
from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.runtime.broker import Eyes
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.outbox import Delivery
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.stills import Artist
from atdesk_core.session import Record
from atdesk_core.store import Store

DEFAULT_JUDGING = JudgingRules()

OnRecord = Callable[[str, Record], None]
MakeDelivery = Callable[[Delivery], Delivery]


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a service is put together from.

    Attributes:
        config: Checked.
        store: Open.
        eyes: The vision pool.
        plugins: Asked before a look and a write, told of what happens.
        now: Engine's clock, seconds since the epoch.
        ring: Wraps the seeds of the random looks.
        on_record: Told of every row of the decision log as it is decided.
        make_delivery: Puts something in front of the platforms, or in their place.
        judging: How observations become findings.
        artist: Makes the pictures of stills; None: there are none, whatever policy allows.
        on_directory: Told of the directory whenever it has changed.
        caps: What each jurisdiction allows at the most; `atdesk run` knows the shipped presets alone.
    """

    config: Config
    store: Store
    eyes: Eyes
    plugins: PluginCaller
    now: Callable[[], float]
    ring: KeyRing
    on_record: OnRecord = lambda _agent_id, _record: None
    make_delivery: MakeDelivery = lambda delivery: delivery
    judging: JudgingRules = DEFAULT_JUDGING
    artist: Artist | None = None
    on_directory: Callable[[Directory], None] = lambda _directory: None
    caps: Caps = cap_of
