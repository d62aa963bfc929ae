"""How often the engine is right: `replay --schedule continuous` over desk scenarios and real clips.

The scenarios are those of ten runs of `make_scenarios.py --kind desk --count 6` with the first seeds
1, 7, 13 ... 55, which do not overlap: 60 scenarios, seeds 1 to 60.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import track

from atdesk_core.policy import SitePolicy
from atdesk_core.runtime.replay import Script, replay
from atdesk_core.runtime.replay.recording import Recording
from atdesk_core.runtime.replay.run import own_recording_policy
from atdesk_core.vision.enrol import Photo, enrol
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.pipeline import Models
from atdesk_core.vision.worker import load_models, start
from benchmarks import footage
from benchmarks.figures import LEAST_N, Figure, median, percentile, poisson_upper, rate, share_upper
from benchmarks.results import CACHE, CannotMeasure, Options, Result
from benchmarks.scoring import Document, Score, add

NOTES = (
    "Coverage counts a second as found when it lies in start_s..end_s of a finding absent; `known by then` "
    "counts it only from decided_s on.",
    "A finding is false unless it lies inside an event of its kind, 1.05 s of slack (one frame) at each end.",
    "Flags are counted in a second replay under a policy without any delay, where each finding flags at "
    "once: under the default delays no event of these recordings is long enough to raise one.",
    "Bounds are exact and one-sided, 95 %: Poisson for events an hour, Clopper-Pearson for shares.",
    "Each real clip is played to and fro for at least 30 s, lossless, once with its person enrolled and once "
    "with nobody enrolled. The photos are from another clip of the same person where there is one.",
)


def run(options: Options) -> Result:
    """Measure."""
    data = options.footage()
    start()
    models = load_models()
    score, clips = Score(), Score()
    for one in track(footage.scenarios(data, options.scenarios), description="Scenarios"):
        person = enrolled(sorted(one.enrol.glob("*.jpg")), models)
        said, hurried = play(one.video, person, models), play(one.video, person, models, hurry())
        add(score, one.name, said, one.events, hurried)
    for name, video, template in track(real_clips(data, models), description="Real clips"):
        add(clips, name, play(video, template, models), ())
    figures = (*in_the_seat(score, "scenarios"), *_flags(score), *_cost(score))
    detail = {"scenarios": asdict(score), "clips": asdict(clips)}
    return Result("desk", (*figures, *false_events(clips, "real clips")), NOTES, detail)


def in_the_seat(score: Score, where: str) -> list[Figure]:
    """Absences, other people, and what makes a picture unfit: the figures of recordings with all of them."""
    return [*_away(score), *false_events(score, where), *somebody_else(score), *_blocked(score)]


def play(video: Path, person: Enrolment | None, models: Models, policy: SitePolicy | None = None) -> Document:
    """The document of one replay."""
    with Recording(video) as recording:
        document: dict[str, Any] = replay(recording, models, Script("agent", person, policy)).as_json()
    return document


def hurry() -> SitePolicy:
    """The built-in policy, with every delay at nought."""
    policy = own_recording_policy()
    return policy.model_copy(
        update={
            "absence": policy.absence.model_copy(update={"agent_first_s": 0.0, "min_flag_s": 0.0}),
            "different_person": policy.different_person.model_copy(update={"agent_first_s": 0.0}),
        }
    )


def enrolled(photos: Sequence[Path], models: Models) -> Enrolment:
    """A template of photos.

    Raises:
        CannotMeasure: No photo is fit, or there is no encoder.
    """
    return _template([Photo(one.name, one.read_bytes()) for one in photos], models)


def _template(photos: Sequence[Photo], models: Models) -> Enrolment:
    if models.encoder is None:
        raise CannotMeasure("no face encoder is installed: see `atdesk doctor`")
    made = enrol(photos, models.faces, models.encoder).enrolment
    if made is None:
        raise CannotMeasure(f"none of {', '.join(one.name for one in photos)} is fit to enrol")
    return made


def real_clips(data: Path, models: Models) -> list[tuple[str, Path, Enrolment | None]]:
    """Each clip with one person, twice: enrolled and not."""
    with (data / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["kind"] == "clip" and row["label"] == "one_person_present"
        ]
    by_person: dict[str, list[Path]] = {}
    for row in rows:
        by_person.setdefault(row["identity"], []).append(data / row["path"])
    found: list[tuple[str, Path, Enrolment | None]] = []
    for row in rows:
        clip = data / row["path"]
        source = next((other for other in by_person[row["identity"]] if other != clip), clip)
        video = _looped(clip)
        found += [(f"{clip.stem} (enrolled)", video, _person_of(source, models)), (clip.stem, video, None)]
    return found


def _looped(clip: Path) -> Path:
    """To and fro for at least 30 s, as it is when it is longer; without loss."""
    path = CACHE / "clips" / f"{clip.stem}.avi"
    if path.is_file():
        return path
    pictures = list(footage.pictures(clip))
    with Recording(clip) as recording:
        rate_fps = recording.fps
    count = max(len(pictures), round(30 * rate_fps))
    return footage.write_video(path, footage.to_and_fro(pictures, count), rate_fps, codec="FFV1")


def _person_of(clip: Path, models: Models) -> Enrolment | None:
    """From the first, a middle and a late picture; None when its face is not fit to enrol."""
    pictures = list(footage.pictures(clip))
    picked = [pictures[number * (len(pictures) - 1) // 4] for number in (0, 1, 2)]
    photos = [Photo(f"{clip.stem} {number}", footage.jpeg(picture)) for number, picture in enumerate(picked)]
    try:
        return _template(photos, models)
    except CannotMeasure:
        return None


def _away(score: Score) -> list[Figure]:
    def share(found_s: float) -> float | None:
        return found_s / score.away_s if score.aways >= LEAST_N else None

    after = score.decided_after_s
    note = f"of {score.away_s:.1f} s in {score.aways} absences, beyond the first 5 s of each"
    figures = [
        Figure(
            "away seconds found absent",
            share(score.away_covered_s),
            "",
            score.aways,
            at_least=0.98,
            note=note,
        ),
        Figure("... and known by then", share(score.away_known_s), "", score.aways, at_least=0.98),
    ]
    if after:
        figures += [
            Figure("leaving to decision, median", median(after), "s", len(after)),
            Figure("leaving to decision, p95", percentile(after, 0.95), "s", len(after)),
        ]
    return figures


def false_events(score: Score, where: str) -> list[Figure]:
    """Findings absent and different_person where nobody was away, or nobody else there."""
    hours = score.watched_s / 3600
    return [
        figure
        for kind, events in (("absent", score.false_absent), ("different_person", score.false_other))
        for figure in (
            Figure(
                f"false {kind}, {where}", len(events), "events", None, at_most=0, note=f"in {hours:.2f} h"
            ),
            Figure("... at most, 95 %", poisson_upper(len(events)) / hours, "an hour"),
        )
    ]


def somebody_else(score: Score) -> list[Figure]:
    """Somebody else in the seat, and how soon that is known."""
    late = len(score.others_late)
    figures = [
        rate("other_person of 8 s or more found within 6 s", score.others - late, score.others, at_least=1.0),
        Figure(
            "... share missed or late at most, 95 %",
            share_upper(late, score.others) if score.others else None,
        ),
    ]
    if score.others_found_after_s:
        figures.append(
            Figure(
                "... slowest",
                max(score.others_found_after_s),
                "s",
                len(score.others_found_after_s),
                at_most=6.0,
            )
        )
    return figures


def _blocked(score: Score) -> list[Figure]:
    n, right = (
        Counter(one.label for one in score.blocked),
        Counter(one.label for one in score.blocked if one.right),
    )
    figures = [
        rate(f"{label} ends in could_not_tell, right reason", right[label], n[label], at_least=0.95)
        for label in n
    ]
    return [*figures, rate("all three together", sum(right.values()), sum(n.values()), at_least=0.95)]


def _flags(score: Score) -> list[Figure]:
    raised = ", ".join(f"{kind} {count}" for kind, count in sorted(score.flags.items()))
    wrong = sum(one.flags for one in score.blocked)
    return [
        Figure("flags raised while dark, covered or frozen", wrong, "", len(score.blocked), at_most=0),
        Figure("flags without any delay, all scenarios", sum(score.flags.values()), "", None, note=raised),
    ]


def _cost(score: Score) -> list[Figure]:
    per_minute = score.cpu_s / score.watched_s * 60
    return [Figure("CPU of the replays", per_minute, "s a minute", None, note="see `cpu`")]
