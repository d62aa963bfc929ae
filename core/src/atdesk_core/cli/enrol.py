"""`atdesk enrol AGENT PHOTO...`: a template from photos, with consent on record only."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from atdesk_core.cli.people import about, act, find_person
from atdesk_core.identity import (
    EnrolmentError,
    FileKeyRing,
    Grounds,
    Person,
    PersonKeys,
    RefusedPhoto,
    Templates,
    ask_code,
)
from atdesk_core.identity import enrol as enrol_agent
from atdesk_core.identity.confirming import CODE_LIFE_S
from atdesk_core.identity.enrolment import JudgedPhotos
from atdesk_core.ledger import LedgerKind
from atdesk_core.store import Store
from atdesk_core.vision.models.brought import BroughtEncoder

LARGEST_PHOTO_BYTES = 30_000_000
"""No camera makes a portrait larger than that; what is larger is another kind of file."""


def enrol(  # noqa: PLR0913  (one parameter for each thing that a test puts in its place)
    database: str | Path,
    key_file: Path,
    agent_id: str,
    photos: Sequence[Path],
    grounds: Callable[[Store, Person], Awaitable[Grounds]],
    *,
    now: Callable[[], float],
    console: Console,
    encoder: BroughtEncoder | None = None,
    judge: Callable[[Sequence[Path]], JudgedPhotos] | None = None,
) -> int:
    """Enrol an agent.

    Args:
        database: Path or URL.
        key_file: See `FileKeyRing`; made when there is none and nothing depends on one.
        agent_id: Whose photos these are.
        photos: JPEG or PNG; three to five of different days are best.
        grounds: The agent's confirmation, and what the policy asks for beside it.
        now: The clock.
        console: Where to print.
        encoder: The operator's own face encoder; None takes the default.
        judge: Makes the template; the vision room's own when left out.

    Returns:
        Exit status.
    """
    made_by = judge or partial(judge_photos, encoder=encoder)

    async def action(store: Store) -> None:
        person, at = await find_person(store, agent_id), now()
        templates = Templates(store, PersonKeys(store, await FileKeyRing.for_store(key_file, store)))
        row = about(person, LedgerKind.ENROLMENT, at, photos=len(photos))
        rests_on = await grounds(store, person)
        with console.status("Reading the photos"):
            refused = await enrol_agent(
                store, templates, agent_id, lambda: made_by(photos), at, rests_on, [row]
            )
        used = len(photos) - len(refused)
        console.print(f"{escape(person.name)} is enrolled from {used} of {len(photos)} photos.")
        _tell_refused(console, refused)

    return act(database, console, action)


def judge_photos(photos: Sequence[Path], encoder: BroughtEncoder | None = None) -> JudgedPhotos:
    """Judge photos with the models of this installation.

    Args:
        photos: Files.
        encoder: The operator's own; None takes the default.

    Raises:
        EnrolmentError: A photo cannot be read, a model is refused, or there is no encoder.
    """
    # Imported here: loading the models takes seconds, and most refusals come before.
    from atdesk_core.vision.encoder import EncoderUnavailable, build_encoder  # noqa: PLC0415
    from atdesk_core.vision.enrol import Photo  # noqa: PLC0415
    from atdesk_core.vision.enrol import enrol as from_photos  # noqa: PLC0415
    from atdesk_core.vision.faces import YuNet  # noqa: PLC0415
    from atdesk_core.vision.models import ModelRefused  # noqa: PLC0415

    read = [Photo(path.name, _bytes(path)) for path in photos]
    try:
        faces, backend = YuNet(), build_encoder(encoder)
    except (EncoderUnavailable, ModelRefused) as error:
        raise EnrolmentError(str(error)) from None
    return from_photos(read, faces, backend)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_PHOTO_BYTES:
            raise EnrolmentError(
                f"{path} is larger than {LARGEST_PHOTO_BYTES // 1_000_000} MB: is it a photo?"
            )
        return path.read_bytes()
    except OSError as error:
        raise EnrolmentError(f"the photo {path} cannot be read: {error.strerror}") from None


def _tell_refused(console: Console, refused: Sequence[RefusedPhoto]) -> None:
    for photo in refused:
        console.print(f"  left out {escape(photo.name)}: {escape(photo.reason)}", soft_wrap=True)


def ask_for_code(database: str | Path, agent_id: str, *, now: Callable[[], float], console: Console) -> int:
    """Have the running service send the agent a code. Returns the exit status."""

    async def action(store: Store) -> None:
        person = await find_person(store, agent_id)
        await ask_code(store, agent_id, now())
        console.print(
            f"The running service sends {escape(person.name)} a code, to the agent's own channel and nowhere "
            f"else. It is good for {CODE_LIFE_S / 60:.0f} minutes: atdesk enrol {escape(agent_id)} PHOTO... "
            "--confirmed-by-agent CODE",
            soft_wrap=True,
        )

    return act(database, console, action)
