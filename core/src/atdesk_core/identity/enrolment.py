"""From an agent's photos to the agent's template.

Consent first, a written release where the policy asks for one, and the agent's own confirmation: without
them no photo is opened.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from atdesk_core.identity.confirming import check_code
from atdesk_core.identity.consent import consent_of
from atdesk_core.identity.templates import (
    Grounds,
    OwnSession,
    Template,
    Templates,
    has_release,
    without_consent,
    without_release,
)
from atdesk_core.store import LedgerEntry, Store


class EnrolmentError(Exception):
    """Nobody was enrolled. The message says why and what to do.

    Args:
        message: As a person reads it.
        refused: The photos that were unfit, where photos are the reason.
    """

    def __init__(self, message: str, refused: Sequence["RefusedPhoto"] = ()) -> None:
        super().__init__(message)
        self.refused = tuple(refused)


@dataclass(frozen=True, slots=True)
class RefusedPhoto:
    """A photo that did not go into the template: its file name and why, as a person reads it."""

    name: str
    reason: str


class MadeTemplate(Protocol):
    """A template as the vision room gives it."""

    @property
    def template(self) -> tuple[float, ...]:
        """Its numbers."""
        ...

    @property
    def encoder(self) -> str:
        """Name of the encoder that made it."""
        ...


class JudgedPhoto(Protocol):
    """What became of one photo."""

    @property
    def name(self) -> str:
        """File name."""
        ...

    @property
    def unfit(self) -> str | None:
        """Why it was refused; None when it was used."""
        ...


class JudgedPhotos(Protocol):
    """What became of all photos."""

    @property
    def enrolment(self) -> MadeTemplate | None:
        """None when no photo was fit."""
        ...

    @property
    def photos(self) -> Sequence[JudgedPhoto]:
        """One outcome for each photo."""
        ...


Judge = Callable[[], JudgedPhotos]
"""Reads and judges the photos; called in a thread, and only once there is consent."""


async def enrol(
    store: Store,
    templates: Templates,
    agent_id: str,
    judge: Judge,
    at: float,
    grounds: Grounds,
    log: Sequence[LedgerEntry] = (),
) -> tuple[RefusedPhoto, ...]:
    """Make and keep an agent's template.

    Args:
        store: For the consent.
        templates: Where the template goes.
        agent_id: Whose photos these are.
        judge: Makes the template, such as `atdesk_core.vision.enrol.enrol` over the photos.
        at: Now, seconds since the epoch.
        grounds: The agent's confirmation, and whether a written release is needed.
        log: Rows for the decision log, written with the template.

    Returns:
        The photos that were left out, each with its reason.

    Raises:
        EnrolmentError: No consent or release on record, or no fit photo.
        ConfirmationError: The agent has not confirmed the photos.
        KeyRingError: The key cannot be wrapped.
    """
    if await consent_of(store, agent_id) is None:
        raise EnrolmentError(without_consent(agent_id))
    if grounds.release_needed and not await has_release(store, agent_id, at):
        raise EnrolmentError(without_release(agent_id))
    if not isinstance(grounds.code, OwnSession):
        await check_code(store, agent_id, grounds.code, at)
    judged = await asyncio.to_thread(judge)
    refused = tuple(RefusedPhoto(one.name, str(one.unfit)) for one in judged.photos if one.unfit is not None)
    if judged.enrolment is None:
        raise EnrolmentError(f"no photo of {agent_id} is fit, so nobody was enrolled", refused)
    made = judged.enrolment
    await templates.save(Template(agent_id, made.encoder, tuple(made.template)), at, grounds, log)
    return refused
