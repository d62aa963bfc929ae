"""What goes wrong with a tenant: each a verdict, said once down and once up, and nobody is away for it."""

from __future__ import annotations

import datetime
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from atdesk_sdk.config import SecretRef
from atdesk_sdk.errors import (
    AdapterError,
    ConfigError,
    CredentialsBad,
    TryLater,
)
from atdesk_sdk.events import Presence
from atdesk_sdk.health import HealthStatus
from atdesk_teams.errors import (
    PermissionMissing,
)
from atdesk_teams.simulator import TeamsSimulator
from tests.teams.conftest import Open
from tests.teams.desk import Desk, desk_at, until

# -- at the start -----


async def _start(sim: TeamsSimulator, folder: Path, **changes: object) -> None:
    async with desk_at(sim, folder, **changes):
        pass


async def test_a_wrong_secret(sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS_SECRET", "wrong")
    with pytest.raises(CredentialsBad, match="env:TEAMS_SECRET"):
        await _start(sim, tmp_path)


async def test_an_expired_secret(sim: TeamsSimulator, tmp_path: Path) -> None:
    sim.registration.expire_secrets()
    with pytest.raises(CredentialsBad, match="has expired"):
        await _start(sim, tmp_path)


async def test_a_wrong_tenant(sim: TeamsSimulator, tmp_path: Path) -> None:
    with pytest.raises(CredentialsBad, match="check tenant"):
        await _start(sim, tmp_path, tenant="00000000-0000-4000-8000-00000000dead")


async def test_a_missing_permission_to_read(sim: TeamsSimulator, tmp_path: Path) -> None:
    sim.registration.permissions.clear()
    with pytest.raises(PermissionMissing, match=r"Presence\.Read\.All"):
        await _start(sim, tmp_path)


async def test_a_missing_permission_to_write_shows_before_it_is_needed(
    sim: TeamsSimulator, open_desk: Open
) -> None:
    sim.registration.permissions.discard("Presence.ReadWrite.All")
    async with open_desk() as desk:
        report = await desk.healthy(HealthStatus.DEGRADED)
        assert "Presence.ReadWrite.All" in report.message
        assert report.in_touch
        with pytest.raises(PermissionMissing):
            await desk.away()
        assert desk.adapter.journal.slots == []
        assert desk.shown() == "Available"


async def test_nobody_there(sim: TeamsSimulator, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"https://localhost:{taken.getsockname()[1]}"
        with pytest.raises(TryLater, match="out of reach"):
            await _start(sim, tmp_path, authority=nobody)
        with pytest.raises(TryLater, match="out of reach"):
            await _start(sim, tmp_path, graph_url=f"{nobody}/v1.0")


async def test_a_gateway_that_nobody_trusts(sim: TeamsSimulator, tmp_path: Path) -> None:
    with pytest.raises(TryLater, match="not trusted; if it is a gateway of yours, give ca_file"):
        await _start(sim, tmp_path, ca_file=None)


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_an_authority_file_that_is_none(
    sim: TeamsSimulator, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=r"ca\.pem"):
        await _start(sim, tmp_path, ca_file=str(path))


async def test_html_in_place_of_graph(sim: TeamsSimulator, tmp_path: Path) -> None:
    sim.faults.add("getPresencesByUserId", html=True, times=10)
    with pytest.raises(TryLater, match="proxy"):
        await _start(sim, tmp_path)


async def test_html_in_place_of_the_sign_in(sim: TeamsSimulator, tmp_path: Path) -> None:
    sim.faults.add("openid-configuration", html=True, times=10)
    with pytest.raises(AdapterError, match="sign in"):
        await _start(sim, tmp_path)


async def test_a_folder_that_cannot_be_written(sim: TeamsSimulator, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="state_dir"):
        await _start(sim, tmp_path, state_dir=str(tmp_path / "file" / "deep"))


# -- a certificate in place of a secret -----


def _certificate(folder: Path, *, password: bytes | None = None, days: int = 30) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "atdesk")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=60))
        .not_valid_after(now + datetime.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    hidden = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)
    path = folder / "app.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


def _register(sim: TeamsSimulator, path: Path) -> None:
    sim.registration.certificates.append(x509.load_pem_x509_certificate(path.read_bytes()))


@pytest.mark.parametrize("password", [None, b"open sesame"])
async def test_a_certificate_signs_in(
    sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: bytes | None
) -> None:
    path = _certificate(tmp_path, password=password)
    _register(sim, path)
    given: dict[str, SecretRef] = {"file": str(path)}
    if password:
        monkeypatch.setenv("TEAMS_KEY_PASSWORD", password.decode())
        given["password"] = "env:TEAMS_KEY_PASSWORD"
    async with desk_at(sim, tmp_path, client_secret=None, certificate=given) as desk:
        assert (await desk.away()).written


async def test_a_certificate_that_has_expired(sim: TeamsSimulator, tmp_path: Path) -> None:
    path = _certificate(tmp_path, days=-1)
    _register(sim, path)
    with pytest.raises(CredentialsBad, match="expired"):
        await _start(sim, tmp_path, client_secret=None, certificate={"file": str(path)})


async def test_a_certificate_that_nobody_registered(sim: TeamsSimulator, tmp_path: Path) -> None:
    path = _certificate(tmp_path)
    with pytest.raises(CredentialsBad, match=r"app\.pem|certificate"):
        await _start(sim, tmp_path, client_secret=None, certificate={"file": str(path)})


@pytest.mark.parametrize("content", [None, "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
async def test_a_file_that_is_no_certificate(
    sim: TeamsSimulator, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "app.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=r"app\.pem"):
        await _start(sim, tmp_path, client_secret=None, certificate={"file": str(path)})


# -- while it runs -----


def _revoke_consent(sim: TeamsSimulator) -> Callable[[], None]:
    kept = set(sim.registration.permissions)
    sim.registration.permissions.clear()
    return lambda: sim.registration.permissions.update(kept)


def _disable(sim: TeamsSimulator) -> Callable[[], None]:
    sim.registration.enabled = False
    sim.authority.revoke_all()

    def enable() -> None:
        sim.registration.enabled = True

    return enable


def _expire_secret(sim: TeamsSimulator) -> Callable[[], None]:
    sim.registration.expire_secrets()
    sim.authority.revoke_all()

    def put_a_new_one() -> None:
        os.environ["TEAMS_SECRET"] = _new_secret(sim)

    return put_a_new_one


def _new_secret(sim: TeamsSimulator) -> str:
    """Rotate: the old one counts no more, nor do the tokens that it gave."""
    sim.registration.secrets = {"a brand-new one": sim.authority.wall() + 3600}
    sim.authority.revoke_all()
    return "a brand-new one"


def _http(match: str, **kind: object) -> Callable[[TeamsSimulator], Callable[[], None]]:
    def begin(sim: TeamsSimulator) -> Callable[[], None]:
        sim.faults.add(match, times=100_000, **kind)
        return sim.faults.clear

    return begin


def _sign_in(status: int) -> Callable[[TeamsSimulator], Callable[[], None]]:
    """No token, and then nothing of use where the app looks up where tokens are."""

    def begin(sim: TeamsSimulator) -> Callable[[], None]:
        sim.authority.revoke_all()
        sim.faults.add("oauth2/v2.0/token", status=503, code="temporarily_unavailable", times=100_000)
        sim.faults.add("openid-configuration", status=status, times=100_000)
        return sim.faults.clear

    return begin


OUTAGES = [
    pytest.param(_revoke_consent, HealthStatus.DOWN, r"Presence.Read.All", id="consent revoked"),
    pytest.param(_disable, HealthStatus.DOWN, "disabled", id="app disabled"),
    pytest.param(_expire_secret, HealthStatus.DOWN, "has expired", id="secret expired"),
    pytest.param(_http("/v1.0/", html=True), HealthStatus.DEGRADED, "proxy", id="html"),
    pytest.param(_http("/v1.0/", html=True, status=403), HealthStatus.DEGRADED, "proxy", id="html 403"),
    pytest.param(_http("/v1.0/", status=503), HealthStatus.DEGRADED, "503", id="503"),
    pytest.param(_http("/v1.0/", status=500), HealthStatus.DEGRADED, "500", id="500"),
    pytest.param(_http("/v1.0/", cut="before"), HealthStatus.DEGRADED, "no answer", id="cut"),
    pytest.param(_sign_in(503), HealthStatus.DEGRADED, "sign in", id="no discovery"),
    pytest.param(_sign_in(200), HealthStatus.DEGRADED, "sign in", id="no endpoints"),
    pytest.param(_http("/v1.0/", status=429), HealthStatus.DEGRADED, "429", id="429 without Retry-After"),
]


@pytest.mark.parametrize(("begin", "status", "says"), OUTAGES)
async def test_an_outage_is_said_once_and_its_end_once_and_nobody_is_away(
    desk: Desk, begin: Callable[[TeamsSimulator], Callable[[], None]], status: HealthStatus, says: str
) -> None:
    await desk.follow(*[user.id for user in desk.sim.world.agents])
    mark, reports = len(desk.host.events), len(desk.host.reports)
    end = begin(desk.sim)
    report = await desk.healthy(status)
    assert says in report.message
    assert not report.in_touch
    assert desk.sim.client_secret not in report.message
    polls = len(desk.polls())
    end()
    await until(lambda: desk.health.status is HealthStatus.UP, 15.0)
    assert len(desk.polls()) >= polls
    said = [(one.status, one.in_touch) for one in desk.host.reports[reports:]]
    assert said == [(status, False), (HealthStatus.UP, True)]
    assert desk.states(mark) == []


async def test_an_answer_that_trips_us_is_an_outage_and_no_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.follow()
    taken, reports = desk.adapter.take, len(desk.host.reports)

    def trips(*_: object) -> None:
        monkeypatch.setattr(desk.adapter, "take", taken)
        raise KeyError("Dana")

    monkeypatch.setattr(desk.adapter, "take", trips)
    await until(lambda: len(desk.host.reports) == reports + 2)
    assert [one.in_touch for one in desk.host.reports[reports:]] == [False, True]
    assert "KeyError" in desk.host.reports[reports].message
    assert "Dana" not in desk.host.reports[reports].message
    desk.sim.world.start_call(desk.user)
    await desk.state(Presence.BUSY)


async def _still_reads(desk: Desk) -> None:
    mark = len(desk.host.events)
    desk.sim.world.start_call(desk.user)
    await desk.state(Presence.BUSY, since=mark)


async def test_a_secret_that_was_rotated_counts_without_a_restart_or_a_word(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(sim.client_secret)
    async with desk_at(sim, tmp_path, client_secret=f"file:{secret}") as desk:
        await desk.follow()
        reports = len(desk.host.reports)
        secret.write_text(_new_secret(sim))
        await _still_reads(desk)
        assert len(desk.host.reports) == reports


async def test_a_certificate_that_expires_is_named_and_a_new_one_counts(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    path = _certificate(tmp_path)
    _register(sim, path)
    async with desk_at(sim, tmp_path, client_secret=None, certificate={"file": str(path)}) as desk:
        await desk.follow()
        _certificate(tmp_path, days=-1)
        sim.registration.certificates.clear()
        sim.authority.revoke_all()
        report = await desk.healthy(HealthStatus.DOWN)
        assert "app.pem has expired on" in report.message
        _register(sim, _certificate(tmp_path))
        await until(lambda: desk.health.status is HealthStatus.UP, 15.0)
        await _still_reads(desk)


async def test_a_sign_in_that_is_back_is_asked_and_not_remembered_as_gone(desk: Desk) -> None:
    await desk.follow()
    await desk.adapter._graph._tokens.forget()
    desk.sim.faults.add("oauth2/v2.0/token", status=503, code="temporarily_unavailable", times=2)
    desk.sim.faults.add("openid-configuration", status=503)
    await until(lambda: not desk.sim.faults.http)
    await _still_reads(desk)


async def test_retry_after_is_kept(desk: Desk) -> None:
    await desk.follow()
    desk.sim.faults.add("getPresencesByUserId", status=429, retry_after=1)
    mark = len(desk.polls())
    await until(lambda: any("429" in one.note for one in desk.polls()[mark:]))
    refused = next(one for one in desk.polls()[mark:] if "429" in one.note)
    await until(lambda: desk.polls()[-1].at_s > refused.at_s)
    after = next(one for one in desk.polls() if one.at_s > refused.at_s)
    assert after.at_s - refused.at_s >= 0.99


async def test_a_token_that_is_refused_is_replaced_once_without_a_word(desk: Desk) -> None:
    await desk.follow()
    reports = len(desk.host.reports)
    desk.sim.authority.revoke_all()
    mark = len(desk.host.events)
    desk.sim.world.start_call(desk.user)
    await desk.state(Presence.BUSY, since=mark)
    assert len(desk.host.reports) == reports


async def test_in_touch_again_only_when_everybody_was_heard_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With several calls a round, one that works says nothing of the people in the others."""
    people = [(f"aaaaaaaa-0000-4000-8000-{number:012d}", f"Agent {number}") for number in range(1400)]
    async with TeamsSimulator(people=people, leads=()) as sim:
        monkeypatch.setenv("TEAMS_SECRET", sim.client_secret)
        async with desk_at(sim, tmp_path, poll_s=0.3) as desk:
            await desk.adapter.follow([desk.account(user) for user, _ in people])
            sim.faults.add("getPresencesByUserId", times=1000, status=503)
            await desk.healthy(HealthStatus.DEGRADED)
            for user, _ in people:
                sim.world.start_call(user)
            sim.faults.clear()
            await until(lambda: desk.health.in_touch, 15.0)
            told = {state.account.external_id for state in desk.states() if state.presence is Presence.BUSY}
            assert told == {user for user, _ in people}


async def test_an_answer_about_people_who_were_divided_anew_meanwhile_does_not_speak_for_the_new_part(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """After an outage an answer comes late, and somebody has left the directory before it."""
    people = [(f"aaaaaaaa-0000-4000-8000-{number:012d}", f"Agent {number}") for number in range(1400)]
    async with TeamsSimulator(people=people, leads=()) as sim:
        monkeypatch.setenv("TEAMS_SECRET", sim.client_secret)
        async with desk_at(sim, tmp_path, poll_s=0.3, request_s=30.0) as desk:
            await desk.adapter.follow([desk.account(user) for user, _ in people])
            sim.faults.add("getPresencesByUserId", times=1000, status=503)
            await desk.healthy(HealthStatus.DEGRADED)
            sim.faults.clear()
            sim.faults.add("getPresencesByUserId", late_s=1.5)
            await until(lambda: not sim.faults.http)
            for user, _ in people:
                sim.world.start_call(user)
            await desk.adapter.follow([desk.account(user) for user, _ in people[1:]])
            await until(lambda: desk.health.in_touch)
            told = {state.account.external_id for state in desk.states() if state.presence is Presence.BUSY}
            assert told == {user for user, _ in people[1:]}


async def test_before_it_is_connected_everything_is_later(sim: TeamsSimulator, tmp_path: Path) -> None:
    async with desk_at(sim, tmp_path) as desk:
        change = await desk.wish()
    for attempt in (desk.adapter.read(desk.account()), desk.write(change), desk.adapter.follow([])):
        with pytest.raises(TryLater, match="not connected"):
            await attempt
    await desk.adapter.keep([desk.account()])
