"""`atdesk replay`: the engine over one's own recording."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from atdesk_core.policy import load_policy
from atdesk_core.runtime.config import load_vision
from atdesk_core.runtime.replay import ReplayOutcome, Schedule, Script, replay
from atdesk_core.runtime.replay.happenings import read_happenings
from atdesk_core.runtime.replay.recording import Recording
from atdesk_core.runtime.replay.report import write_report
from atdesk_core.runtime.replay.run import own_recording_policy
from atdesk_core.vision import worker
from atdesk_core.vision.enrol import Photo, enrol
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.pipeline import Models
from atdesk_sdk import ConfigError

_PHOTOS = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What was typed."""

    video: Path
    agent: str
    enrol: Path | None
    policy: Path | None
    events: Path | None
    schedule: Schedule
    all_checks: bool
    json_out: Path
    report: Path | None
    config: Path | None = None


def replay_command(options: ReplayOptions, console: Console) -> None:
    """Replay, write the JSON and the report, and say in a few lines what was found.

    Raises:
        ConfigError: Something that was given cannot be used.
    """
    _check_outputs(options)
    with Recording(options.video) as recording:
        policy = load_policy(options.policy) if options.policy else own_recording_policy()
        if options.all_checks:
            policy = policy.with_all_checks()
        events = read_happenings(options.events) if options.events else []
        encoder = load_vision(options.config).encoder if options.config else None
        started = time.perf_counter()
        with console.status("Loading the models"):
            worker.start(encoder)
            models = worker.load_models(encoder)
            enrolment = _enrolment(options.enrol, models, console) if options.enrol else None
        setup_s = time.perf_counter() - started
        with _progress(console) as progress:
            task = progress.add_task("Replaying", total=recording.expected_s or None)
            outcome = replay(
                recording,
                models,
                Script(options.agent, enrolment, policy, options.schedule, events),
                setup_s=setup_s,
                progress=lambda at_s: progress.update(task, completed=at_s),
            )
    _write(outcome, options)
    _summary(outcome, options, console)


def _check_outputs(options: ReplayOptions) -> None:
    """Before the work, not after it."""
    for path in (options.json_out, options.report):
        if path is not None and not path.resolve().parent.is_dir():
            raise ConfigError(f"{path} cannot be written: there is no folder {path.parent}")


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    quiet = not console.is_terminal
    return Progress(*columns, console=console, transient=True, refresh_per_second=2, disable=quiet)


def _enrolment(folder: Path, models: Models, console: Console) -> Enrolment:
    """A template in memory only. Unfit photos are named."""
    photos = _photos(folder)
    if models.encoder is None:
        raise ConfigError("no face encoder is installed, so nobody can be enrolled: see `atdesk doctor`")
    outcome = enrol(photos, models.faces, models.encoder)
    for photo in outcome.photos:
        if photo.unfit is not None:
            console.print(f"{photo.name}: not used, {photo.unfit.value}", style="yellow")
    if outcome.enrolment is None:
        raise ConfigError(f"no photo in {folder} is fit: one face, sharp, lit, at least 80 pixels wide")
    return outcome.enrolment


def _photos(folder: Path) -> Sequence[Photo]:
    if not folder.is_dir():
        raise ConfigError(f"{folder}: --enrol takes a folder of photos")
    files = sorted(one for one in folder.iterdir() if one.suffix.lower() in _PHOTOS)
    if not files:
        raise ConfigError(f"{folder}: there is no photo in it (.jpg or .png)")
    return [Photo(one.name, one.read_bytes()) for one in files]


def _write(outcome: ReplayOutcome, options: ReplayOptions) -> None:
    try:
        options.json_out.write_text(json.dumps(outcome.as_json(), indent=1) + "\n", encoding="utf-8")
        if options.report is not None:
            write_report(outcome, options.video.name, options.report)
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be written: {error.strerror}") from None


def _summary(outcome: ReplayOutcome, options: ReplayOptions, console: Console) -> None:
    for one in outcome.stretches:
        name = one.what if one.is_finding else f"could not tell: {one.what}"
        console.print(f"{one.start_s:8.1f} - {one.end_s:7.1f} s  {name}", highlight=False)
    per_minute = outcome.cpu_s / outcome.duration_s * 60 if outcome.duration_s else 0.0
    console.print(
        f"{outcome.frames_analysed} of {outcome.frames_read} frames analysed, {len(outcome.flags)} flags, "
        f"{per_minute:.2f} s of CPU a minute of video. Written: {options.json_out}",
        highlight=False,
    )
