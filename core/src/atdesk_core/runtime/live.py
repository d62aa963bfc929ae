"""A running service with its pool and its web server, from a configuration file to a clean stop."""

import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass

from atdesk_core.agreements import Caps
from atdesk_core.identity import FileKeyRing, PersonKeys, Templates, template_encoders
from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.runtime.broker import Eyes
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.dry import DryDelivery
from atdesk_core.runtime.outbox import Delivery
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.plugins import Plugin
from atdesk_core.runtime.pool import EnrolmentOf, VisionPool
from atdesk_core.runtime.service import MakeDelivery, OnRecord, Service, Wiring
from atdesk_core.session import Record
from atdesk_core.store import Store
from atdesk_core.vision.encoder import space_of
from atdesk_core.vision.memory import Enrolment

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """What runs.

    Attributes:
        service: See `Service`.
        pool: The vision pool.
    """

    service: Service
    pool: VisionPool


@contextlib.asynccontextmanager
async def running(
    config: Config,
    *,
    dry_run: bool = False,
    now: Callable[[], float] = time.time,
    on_record: Iterable[OnRecord] = (),
    plugins: Sequence[Plugin] = (),
    caps: Caps = cap_of,
    watch_eyes: Callable[[Eyes], Eyes] = lambda eyes: eyes,
    watch_delivery: MakeDelivery = lambda delivery: delivery,
) -> AsyncIterator[Running]:
    """Run a service until the block is left.

    Args:
        config: Checked.
        dry_run: Decide and log, touch nothing.
        now: Engine's clock, seconds since the epoch.
        plugins: Loaded; their hooks are asked and told.
        on_record: Told of every row of the decision log as it is decided.
        watch_eyes: Stands before the vision pool, to measure it.
        watch_delivery: Stands before what is delivered to the platforms, to measure it.
        caps: What each jurisdiction allows at the most; the shipped presets unless said otherwise.

    Raises:
        StoreError: The database cannot be used.
        KeyRingError: The key file cannot be used.
        ModelRefused: A model, or its licence, is missing or is another one.
        EncoderUnavailable: There is no face encoder.
    """
    listeners = tuple(on_record)

    def tell(agent_id: str, record: Record) -> None:
        for listener in listeners:
            listener(agent_id, record)

    def delivery_for(platforms: Delivery) -> Delivery:
        return DryDelivery() if dry_run else watch_delivery(platforms)

    async with contextlib.AsyncExitStack() as stack:
        store = await Store.open(config.service.database)
        stack.push_async_callback(store.aclose)
        ring = await FileKeyRing.for_store(config.service.key_file, store)
        templates = Templates(store, PersonKeys(store, ring))
        space = space_of(config.vision.encoder)
        await _tell_unread(store, space)
        enrolments = _enrolments(templates, space)
        pool = VisionPool(config.vision.workers, enrolments, encoder=config.vision.encoder)
        stack.push_async_callback(pool.aclose)
        await pool.start()
        wiring = Wiring(
            config,
            store,
            watch_eyes(pool),
            PluginCaller(plugins),
            now,
            ring,
            tell,
            delivery_for,
            artist=None if dry_run else pool,
            on_directory=lambda directory: pool.renew(directory.has_consent),
            caps=caps,
        )
        service = await Service.create(wiring)
        stack.push_async_callback(service.aclose)
        await service.start()
        yield Running(service, pool)


async def _tell_unread(store: Store, space: str) -> None:
    """Whoever was enrolled with another encoder is seen, but not compared with anybody."""
    unread = sum(encoder != space for encoder in (await template_encoders(store)).values())
    if unread:
        log.warning("templates made with another encoder, and not read until enrolled again: %d", unread)


def _enrolments(templates: Templates, space: str) -> EnrolmentOf:
    """Reads the templates that the encoder in use can compare; for it, the others are not there."""

    async def enrolment_of(agent_id: str) -> Enrolment | None:
        template = await templates.load(agent_id, space)
        return Enrolment(template.vector, template.encoder) if template else None

    return enrolment_of
