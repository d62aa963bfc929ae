"""The encoder of `[vision.encoder]` in a running service: its pool, its templates, and nobody else's."""

import asyncio
import itertools
import logging
import time
from pathlib import Path

import pytest

from atdesk_core import Engine
from atdesk_core.identity import (
    Consent,
    FileKeyRing,
    Known,
    PersonKeys,
    Site,
    Template,
    Templates,
    Vouching,
    declare_sites,
    import_roster,
    read_roster,
    record_consent,
)
from atdesk_core.policy import LookRules, SitePolicy
from atdesk_core.runtime.config import Config, load_config, load_vision
from atdesk_core.runtime.live import running
from atdesk_core.session import Wanted
from atdesk_core.store import Store
from atdesk_core.vision.encoder import build_encoder
from atdesk_core.vision.enrol import Photo, enrol
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.models import ModelRefused
from atdesk_core.vision.models.brought import BroughtEncoder
from atdesk_sdk import ConfigError, Finding, FindingKind
from atdesk_sdk.detector import MatchBand, Observation, Skipped
from tests.core.identity.town import confirmed
from tests.core.vision.footage import clip, frame, jpeg, models
from tests.core.vision.onnx_models import brought, looking

POLICY = """
site = "home"
accountable = "A. Person"
"""
CONFIG = """
[[site]]
id = "home"
jurisdiction = "GB"
time_zone = "UTC"
policy = "policy.toml"
"""
OWN = """
[vision.encoder]
path = "own.onnx"
sha256 = "{sha256}"
licence_file = "LICENCE.txt"
same_above = 0.85
other_below = 0.70
"""


@pytest.fixture
def own(tmp_path: Path) -> Config:
    """A configuration with an encoder of its own."""
    (tmp_path / "policy.toml").write_text(POLICY)
    sha256 = brought(tmp_path, looking()).sha256
    return configured(tmp_path, CONFIG + OWN.format(sha256=sha256))


def configured(folder: Path, text: str) -> Config:
    (folder / "atdesk.toml").write_text(text)
    return load_config(folder / "atdesk.toml", {})


def photographed(encoder: BroughtEncoder | None) -> Enrolment:
    photos = [Photo(f"{n}.jpg", jpeg(clip("grid_a_2")[n])) for n in (0, 6, 12)]
    made = enrol(photos, models().faces, build_encoder(encoder)).enrolment
    assert made is not None
    return made


async def enrolled(config: Config) -> None:
    """Speaker a is enrolled as ann, with the encoder of the configuration."""
    made, site = photographed(config.vision.encoder), Site("home", "GB", "UTC")
    known = Known(sites={"home": site}, tenants={})
    rows = read_roster("agent_id,name,team,site\nann,Ann Agent,support,home\n", known)
    async with await Store.open(config.service.database) as store:
        await declare_sites(store, [site])
        await import_roster(store, rows, known, Vouching("H. R.", 1.0), lambda: "ref")
        await record_consent(store, Consent("c1", "ann", "v1", "en", "a scheduled call", 1.0))
        keys = PersonKeys(store, await FileKeyRing.for_store(config.service.key_file, store))
        grounds = await confirmed(store, "ann", 1.0)
        await Templates(store, keys).save(Template("ann", made.encoder, made.template), 1.0, grounds)


async def seen(config: Config, name: str) -> Observation:
    """The first picture of a clip, as the service's pool measures it for ann."""
    async with running(config, now=time.time) as live:
        return await live.pool.observe("ann", frame(clip(name)[0], 1.0), Wanted(fresh=True))


async def test_the_service_matches_with_the_operators_encoder(
    own: Config, caplog: pytest.LogCaptureFixture
) -> None:
    await enrolled(own)
    same, other = await seen(own, "grid_a_1"), await seen(own, "grid_b")
    assert same.match is not None
    assert other.match is not None
    assert (same.match.band, other.match.band) == (MatchBand.SAME, MatchBand.OTHER)
    assert "another encoder" not in caplog.text


async def test_after_a_change_of_the_encoder_nobody_is_compared_and_the_log_says_so(
    own: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await enrolled(own)
    default = configured(tmp_path, CONFIG)
    with caplog.at_level(logging.WARNING):
        stranger = await seen(default, "grid_b")
    assert stranger.match is None
    assert Skipped("match", "not enrolled") in stranger.skipped
    assert "templates made with another encoder, and not read until enrolled again: 1" in caplog.text


async def test_a_service_and_an_embedded_engine_do_not_start_with_a_refused_model(own: Config) -> None:
    assert own.vision.encoder is not None
    own.vision.encoder.path.write_bytes(b"something else")
    with pytest.raises(ModelRefused, match=r"own\.onnx has sha256"):
        await seen(own, "grid_b")
    with pytest.raises(ModelRefused, match=r"own\.onnx has sha256"):
        async with Engine(encoder=own.vision.encoder):
            pass


async def test_an_embedded_engine_matches_with_an_encoder_of_its_own(own: Config) -> None:
    found: asyncio.Queue[Finding] = asyncio.Queue()
    looks = LookRules(alert_interval_s=0.5, watch_every_s=1)
    policy = SitePolicy(site="own", accountable="A. Person", looks=looks)
    async with Engine(policy, encoder=own.vision.encoder) as engine:
        engine.subscribe(found.put_nowait)
        engine.add_agent("ann", consent=True, enrolment=photographed(own.vision.encoder))
        pushing = asyncio.create_task(_push(engine, [jpeg(picture) for picture in clip("grid_b")]))
        try:
            async with asyncio.timeout(60):
                while (await found.get()).kind is not FindingKind.DIFFERENT_PERSON:
                    pass
        finally:
            pushing.cancel()


async def _push(engine: Engine, pictures: list[bytes]) -> None:
    for picture in itertools.cycle(pictures):
        engine.push_frame("ann", picture)
        await asyncio.sleep(0.05)


def test_its_paths_are_beside_the_configuration(own: Config, tmp_path: Path) -> None:
    assert own.vision.encoder is not None
    assert own.vision.encoder.path == tmp_path / "own.onnx"
    assert own.vision.encoder.licence_file == tmp_path / "LICENCE.txt"
    assert load_vision(own.path) == own.vision


def test_the_vision_of_a_configuration_is_read_without_its_platforms(tmp_path: Path) -> None:
    path = tmp_path / "atdesk.toml"
    path.write_text("[[nowhere]]\nname = 'x'\n[vision]\nworkers = 2\n")
    assert load_vision(path).workers == 2
    path.write_text("[vision]\nwokers = 2\n")
    with pytest.raises(ConfigError, match=r"vision\.wokers: unknown key"):
        load_vision(path)
    path.write_text("vision = 3\n")
    with pytest.raises(ConfigError, match="vision: "):
        load_vision(path)
