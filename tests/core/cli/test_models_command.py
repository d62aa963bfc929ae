"""`atdesk models`, and what every command says of a model that is missing, altered or without its licence."""

import asyncio
import json
import shutil
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

import atdesk_core
from atdesk_core.identity import ask_code, make_code
from atdesk_core.store import Store
from atdesk_core.vision import models
from tests.core.cli.on_record import put_on_record
from tests.core.cli.typed import Said, in_a_process
from tests.core.cli.typed import typed as typed_here
from tests.core.vision.footage import clip, jpeg
from tests.core.vision.onnx_models import brought, looking

POLICY = """
site = "home"
accountable = "A. Person"
absence.purpose = "Customers are answered."
different_person.purpose = "Who is signed in works."
[[meetings]]
id = "900"
purpose = "team room"
"""
CONFIG = """
[service]
port = 0
[[site]]
id = "home"
jurisdiction = "ES"
time_zone = "Europe/Madrid"
policy = "policy.toml"
"""
OWN = """
[vision.encoder]
path = "own/own.onnx"
sha256 = "{sha256}"
licence_file = "own/LICENCE.txt"
name = "own"
same_above = 0.85
other_below = 0.70
"""
CLIP = Path(__file__).parents[1] / "vision" / "data" / "grid_b.mp4"
YUNET = "face_detection_yunet_2023mar_any.onnx"

Typed = Callable[..., Said]
pytestmark = pytest.mark.early


@pytest.fixture
def typed(folder: Path) -> Typed:
    """Types a command in this process, where the models are loaded once."""
    return partial(typed_here, folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration without an encoder of its own."""
    (tmp_path / "atdesk.toml").write_text(CONFIG)
    (tmp_path / "policy.toml").write_text(POLICY)
    return tmp_path


def bring(folder: Path, model: bytes | None = None) -> None:
    """The same with one."""
    sha256 = brought(folder / "own", model or looking()).sha256
    (folder / "atdesk.toml").write_text(CONFIG + OWN.format(sha256=sha256))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the installed package, to be spoilt."""
    shutil.copytree(Path(atdesk_core.__file__).parent, tmp_path / "copy" / "atdesk_core")
    return tmp_path / "copy"


def altered(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"!")


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def test_without_a_configuration_it_lists_what_comes_with_atdesk(tmp_path: Path) -> None:
    done = in_a_process(tmp_path, "models")
    assert (done.status, done.err) == (0, "")
    for row in models.rows():
        assert row.name in done.out
        assert row.sha256[:12] in done.out
        assert row.sha256 not in done.out
    assert done.out.count("verified") == len(models.rows())
    assert "Active face encoder: face_recognition's network in onnxruntime (dlib-landmarks-5," in done.out
    assert "Same person below 0.5, another above 0.6 (Euclidean distance), between them: look" in done.out


def test_for_programs_everything_is_there_in_full(typed: Typed) -> None:
    told = json.loads(typed("models", "--json").out)
    for said, row in zip(told["models"], models.rows(), strict=True):
        assert said.items() >= row.model_dump().items()
        assert (said["present"], said["verified"], said["fault"]) == (True, True, "")
        assert said["active_encoder"] == row.name.startswith("dlib")
    assert told["encoder"] == {
        "backend": "face_recognition's network in onnxruntime",
        "templates": "dlib-resnet-128",
        "models": ["dlib-landmarks-5", "dlib-resnet"],
        "measure": "Euclidean distance",
        "same_below": 0.5,
        "other_above": 0.6,
        "fault": "",
    }


def test_the_operators_encoder_is_listed_with_its_licence_and_is_the_active_one(
    folder: Path, typed: Typed
) -> None:
    bring(folder)
    done = typed("models")
    assert done.status == 0
    assert "Licence of the tests" in done.out
    assert "Not measured by atdesk" in done.out
    assert "Active face encoder: own (own), templates own@" in done.out
    told = json.loads(typed("models", "--config", folder / "atdesk.toml", "--json").out)
    assert [row["name"] for row in told["models"] if row["active_encoder"]] == ["own"]
    assert told["models"][-1]["file"] == str(folder / "own" / "own.onnx")
    assert told["encoder"]["same_below"] == pytest.approx(0.15)
    assert told["encoder"]["other_above"] == pytest.approx(0.30)


@pytest.mark.parametrize("line", ["path", "sha256", "licence_file"])
def test_a_model_without_its_papers_is_refused(folder: Path, typed: Typed, line: str) -> None:
    bring(folder)
    config = folder / "atdesk.toml"
    kept = [text for text in config.read_text().splitlines() if not text.startswith(line + " ")]
    config.write_text("\n".join(kept))
    for command in ("models", "doctor"):
        done = typed(command)
        assert done.status == 2
        assert f"{line} not given: a model of your own is loaded only with its path, its sha256" in done.err


def test_an_unknown_key_and_bands_out_of_order_are_refused(folder: Path, typed: Typed) -> None:
    bring(folder)
    config = folder / "atdesk.toml"
    config.write_text(config.read_text() + "threshold = 0.4\n")
    assert "vision.encoder.threshold: unknown key" in typed("models").err
    config.write_text(config.read_text().replace("threshold = 0.4\n", "").replace("0.70", "0.90"))
    assert "other_below (0.9) must be less than same_above (0.85)" in typed("models").err


@pytest.mark.parametrize(
    ("file", "spoil", "says"),
    [
        ("own.onnx", Path.unlink, "own.onnx is missing: correct [vision.encoder]"),
        ("own.onnx", altered, "own.onnx has sha256 "),
        ("LICENCE.txt", Path.unlink, "LICENCE.txt is missing: correct [vision.encoder]"),
        ("LICENCE.txt", emptied, "LICENCE.txt is empty: put its text there"),
    ],
)
def test_a_spoilt_model_of_the_operators_is_told(
    folder: Path, typed: Typed, file: str, spoil: Callable[[Path], object], says: str
) -> None:
    bring(folder)
    spoil(folder / "own" / file)
    listed = typed("models")
    assert listed.status == 1
    assert "Refused: model 'own': " in listed.out
    assert listed.out.count(says) == 1
    assert "No face encoder is active: atdesk does not start." in listed.out
    found = json.loads(typed("models", "--json").out)["models"][-1]
    assert (found["verified"], found["present"]) == (False, (folder / "own" / "own.onnx").exists())
    examined = typed("doctor")
    assert examined.status == 1
    assert "mend  models: model 'own': " in examined.out


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (looking((1, 3, 96, 96)), "own.onnx takes face tensor(float) 1x3x96x96, not one float input"),
        (None, "own.onnx has sha256 "),
    ],
)
def test_a_model_of_the_operators_that_is_not_right_refuses_the_start(
    folder: Path, model: bytes | None, says: str
) -> None:
    bring(folder, model)
    if model is None:
        altered(folder / "own" / "own.onnx")
    done = in_a_process(folder, "run")
    assert done.status == 2
    assert says in done.err


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(Path.unlink, "is missing; install atdesk-core again"), (altered, "has sha256 ")],
)
def test_a_spoilt_model_of_ours_refuses_the_start(
    folder: Path, copy: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(copy / "atdesk_core" / "vision" / "models" / YUNET)
    done = in_a_process(folder, "run", package=copy)
    assert done.status == 2
    assert f"model 'yunet': {YUNET} {says}" in done.err


def test_missing_weights_of_a_package_name_the_package(folder: Path, tmp_path: Path) -> None:
    hollow = tmp_path / "hollow" / "face_recognition_models"
    shutil.copytree(_weights(), hollow, ignore=shutil.ignore_patterns("*.dat"))
    done = in_a_process(folder, "models", package=hollow.parent)
    assert done.status == 1
    assert "install face_recognition_models again" in done.out
    assert "No face encoder is active" in done.out


def _weights() -> Path:
    spec = find_spec("face_recognition_models")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def test_doctor_names_the_models_and_the_encoder(folder: Path, typed: Typed) -> None:
    bring(folder)
    line = next(line for line in typed("doctor").out.splitlines() if line.startswith("well  models: "))
    for row in models.rows():
        assert row.name in line or row.package
    assert "faces are matched by own (own@" in line


def _photos(folder: Path) -> list[Path]:
    folder.mkdir()
    for number in (0, 6, 12):
        (folder / f"{number}.jpg").write_bytes(jpeg(clip("grid_a_2")[number]))
    return sorted(folder.iterdir())


def _agree(folder: Path, typed: Typed) -> None:
    """Ann is in the directory and agrees; the policy is signed, and what it asks for is on record."""
    agreed = ("--text-version", "v1", "--language", "en", "--alternative", "a call")
    for words in (
        ("agents", "import", "people.csv"),
        ("policy", "sign", "--all", "--by", "A. Person", "--reason", "agreed"),
        ("consent", "record", "ann", *agreed),
    ):
        assert typed(*words).status == 0
    put_on_record(folder)


def _code(folder: Path) -> str:
    """The code that the running service would send to Ann."""

    async def sent() -> str | None:
        async with await Store.open(folder / "atdesk.db") as store:
            return await make_code(store, await ask_code(store, "ann", time.time()))

    return asyncio.run(sent()) or ""


def _enrol(folder: Path, typed: Typed, photos: list[Path]) -> Said:
    return typed("enrol", "ann", *photos, "--confirmed-by-agent", _code(folder))


def test_templates_of_another_encoder_are_found_by_doctor_until_everybody_is_enrolled_again(
    folder: Path, typed: Typed
) -> None:
    (folder / "people.csv").write_text("agent_id,name,team,site\nann,Ann Agent,support,home\n")
    _agree(folder, typed)
    photos = _photos(folder / "photos")
    assert "is enrolled from 3 of 3 photos" in _enrol(folder, typed, photos).out
    assert "another encoder" not in typed("doctor").out
    bring(folder)
    done = typed("doctor")
    assert done.status == 1
    assert "templates: 1 template was made with another encoder: enrol again (ann)" in done.out
    assert "is enrolled from 3 of 3 photos" in _enrol(folder, typed, photos).out
    assert "another encoder" not in typed("doctor").out


def test_enrolment_and_replay_refuse_what_the_service_refuses(folder: Path, typed: Typed) -> None:
    (folder / "people.csv").write_text("agent_id,name,team,site\nann,Ann Agent,support,home\n")
    _agree(folder, typed)
    photos = _photos(folder / "photos")
    bring(folder)
    replay = ("replay", CLIP, "--json", "out.json", "--enrol", folder / "photos", "--config", "atdesk.toml")
    (folder / "own" / "own.onnx").unlink()
    enrolled, replayed = _enrol(folder, typed, photos), typed(*replay)
    assert (enrolled.status, replayed.status) == (1, 2)
    assert "own.onnx is missing" in enrolled.out
    assert "own.onnx is missing" in replayed.err
    bring(folder)
    assert typed(*replay).status == 0
