"""The configuration file: one TOML, unknown keys refused, paths relative to the file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from atdesk_core.identity import ShiftSource, Source, parse_plan
from atdesk_core.policy import SitePolicy, load_policy
from atdesk_core.policy.model import describe
from atdesk_core.runtime.config_checks import check_authority_tables
from atdesk_core.runtime.consent_words import ConsentTable
from atdesk_core.runtime.pages.account import PAGE
from atdesk_core.runtime.sign_in_config import LOOPBACK, ConsoleTable, RolesTable, SignInTable, check_pages
from atdesk_core.runtime.teams_effect import TeamsEffectTable
from atdesk_core.vision.models.brought import BroughtEncoder
from atdesk_sdk import AdapterConfig, AdapterSpec, ConfigError, SecretRef

T = TypeVar("T", bound=BaseModel)

ISO_PATTERN = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"
"""A country, or a part of one: GB, US-IL."""


WithPolicy = TypeVar("WithPolicy", "SiteTable", "TeamTable", "AgentTable")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServiceTable(_Table):
    """`[service]`: where things lie, and where the pages and webhooks are served."""

    database: Path = Field(Path("atdesk.db"), description="SQLite file; created when it is not there.")
    key_file: Path = Field(Path("atdesk.keys"), description="Keys of the people's templates, mode 0600.")
    signing_key: Path = Field(
        Path("atdesk.sign.key"),
        description="Key with which policies, receipts and statements are signed, mode 0600.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on. A proxy in front speaks TLS.")
    port: int = Field(8765, ge=0, le=65535, description="0 takes any free port.")
    integrator_webhook: SecretRef | None = Field(
        None,
        description="Where a notice to whoever runs this is posted, as JSON; the log has it in any case.",
    )
    public_url: str = Field("", description="How leads and platforms reach this service; empty: no links.")
    flag_link_hours: float = Field(
        8.0, gt=0, le=24, description="How long a link to a flag's page is good for; it takes a sign-in too."
    )
    metrics_secret: SecretRef | None = Field(
        None,
        description="Who may read /metrics from another machine: the secret goes in `Authorization: Bearer`.",
    )
    demo: bool = Field(False, description="A demo: people sign in without any proof. On this machine alone.")


class StateTable(_Table):
    """`[state]`: whose state is written."""

    authority: str | None = Field(
        None,
        description="Platform whose states count and are written, such as `genesys`; a `[[site]]` may name "
        "another one for itself.",
    )


class VisionTable(_Table):
    """`[vision]`: the pool of worker processes, and whose face encoder they use."""

    workers: int = Field(1, ge=1, le=64, description="Processes, one core each.")
    encoder: BroughtEncoder | None = Field(
        None,
        description="`[vision.encoder]`: a model of your own; the one that comes with atdesk if left out.",
    )


class ShiftsTable(_Table):
    """`[site.shifts]`: where the shifts of a site come from."""

    source: Source = Field(
        Source.IMPORT,
        description="`import`: the roster and `atdesk shifts import`. `sign_in`: from the authority's first "
        "presence within the hours to Offline.",
    )
    hours: str = Field("", description="With `sign_in`: when shifts may begin and have to end, as a plan.")

    @model_validator(mode="after")
    def _hours_where_needed(self) -> Self:
        if (self.source is Source.SIGN_IN) != bool(self.hours):
            raise ValueError('hours go with source = "sign_in", and are needed there')
        if self.hours:
            parse_plan(self.hours, "UTC")
        return self


class SiteTable(_Table):
    """`[[site]]`: where people work, and the policy there."""

    id: str = Field(min_length=1)
    jurisdiction: str = Field(min_length=2, description='ISO code, such as "GB" or "US-IL".')
    time_zone: str = Field(description="IANA name, such as Europe/London.")
    policy: Path = Field(description="Policy file of the site.")
    jurisdictions: tuple[Annotated[str, Field(pattern=ISO_PATTERN)], ...] = Field(
        (),
        description="Further ISO codes that apply, such as the client's country: the most protective wins.",
    )

    authority: str | None = Field(
        None,
        description="Platform whose states count and are written at this site; if left out, that of "
        "`[state]`.",
    )

    shifts: ShiftsTable = ShiftsTable()

    @property
    def shift_source(self) -> ShiftSource:
        """As the directory keeps it."""
        return ShiftSource(self.id, self.shifts.source.value, self.shifts.hours)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{name!r} is no time zone; write it as Europe/London") from None
        return name


class PolicyTable(_Table):
    """`[policy]`: what holds for the whole organisation."""

    organisation: Path | None = Field(None, description="Policy file of the organisation; none if left out.")


class TeamTable(_Table):
    """`[[team]]`: the policy of one team, which may only tighten that of its site."""

    id: str = Field(min_length=1, description="Name of the team, as the directory has it.")
    policy: Path = Field(description="Policy file of the team.")


class AgentTable(_Table):
    """`[[agent]]`: the policy of one agent, which may only tighten that of the team and the site."""

    id: str = Field(min_length=1, description="Id of the agent, as the directory has it.")
    policy: Path = Field(description="Policy file of the agent.")


class ForwarderTable(_Table):
    """`[[forwarder]]`: a program of the operator's own that sends frames of a meeting (docs/frames.md)."""

    name: str = Field(min_length=1, description="For people; unique in the file.")
    secret: SecretRef = Field(description="With which it asks for tokens; at least 32 characters.")
    platform: str = Field(min_length=1, description="Whose accounts it may send frames of.")
    tenant: str = Field(min_length=1, description="The organisation on that platform.")


class _File(_Table):
    service: ServiceTable = ServiceTable()
    state: StateTable = StateTable()
    vision: VisionTable = VisionTable()
    policy: PolicyTable = PolicyTable()
    site: tuple[SiteTable, ...] = ()
    team: tuple[TeamTable, ...] = ()
    agent: tuple[AgentTable, ...] = ()
    forwarder: tuple[ForwarderTable, ...] = ()
    sign_in: tuple[SignInTable, ...] = ()
    roles: RolesTable = RolesTable()
    console: ConsoleTable = ConsoleTable()
    consent: ConsentTable = ConsentTable()
    teams_effect: TeamsEffectTable = TeamsEffectTable()


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration that has been checked as far as that is possible without a network.

    Attributes:
        path: Of the file.
        service: See `ServiceTable`; its paths are absolute.
        state: See `StateTable`.
        vision: See `VisionTable`; its paths are absolute.
        sites: See `SiteTable`.
        policies: By site id.
        adapters: (specification, table) of each configured adapter.
        organisation: Policy file of the organisation, absolute; None: there is none.
        teams: See `TeamTable`; the paths are absolute.
        agents: See `AgentTable`; the paths are absolute.
        forwarders: See `ForwarderTable`.
        sign_in: See `SignInTable`.
        roles: See `RolesTable`.
        console: See `ConsoleTable`.
        consent: See `ConsentTable`; the paths are absolute.
        teams_effect: See `TeamsEffectTable`.
    """

    path: Path
    service: ServiceTable
    state: StateTable
    vision: VisionTable
    sites: tuple[SiteTable, ...]
    policies: Mapping[str, SitePolicy]
    adapters: tuple[tuple[AdapterSpec, AdapterConfig], ...]
    organisation: Path | None = None
    teams: tuple[TeamTable, ...] = ()
    agents: tuple[AgentTable, ...] = ()
    forwarders: tuple[ForwarderTable, ...] = ()
    sign_in: tuple[SignInTable, ...] = ()
    roles: RolesTable = field(default_factory=RolesTable)
    console: ConsoleTable = field(default_factory=ConsoleTable)
    consent: ConsentTable = field(default_factory=ConsentTable)
    teams_effect: TeamsEffectTable = field(default_factory=TeamsEffectTable)


def load_config(path: Path, specs: Mapping[str, AdapterSpec]) -> Config:
    """Read and check a configuration file.

    Args:
        path: The file.
        specs: Installed adapters by platform.

    Raises:
        ConfigError: Names the key that is wrong, and the way out.
    """
    data = _read(path)
    own = {key: value for key, value in data.items() if key in _File.model_fields}
    tables = {key: value for key, value in data.items() if key not in _File.model_fields}
    file = _validated(_File, own, str(path))
    base = path.resolve().parent
    adapters = tuple(pair for key, value in tables.items() for pair in _adapters(path, key, value, specs))
    _refuse_doubles([config.name for _, config in adapters], path)
    _refuse_two_policies(file, path)
    _refuse_two_forwarders(file, path)
    check_authority_tables(file.state, file.site, {spec.platform for spec, _ in adapters}, path)
    check_pages(file.service.host, file.service.public_url, file.service.demo, file.sign_in, str(path))
    _check_effect(file, path)
    return Config(
        path=path,
        service=_absolute(file.service, base),
        state=file.state,
        vision=_with_encoder_beside(file.vision, base),
        sites=tuple(_with_policy_beside(site, base) for site in file.site),
        policies={site.id: _policy(site, base) for site in file.site},
        adapters=adapters,
        organisation=base / file.policy.organisation if file.policy.organisation else None,
        teams=tuple(_with_policy_beside(team, base) for team in file.team),
        agents=tuple(_with_policy_beside(agent, base) for agent in file.agent),
        forwarders=file.forwarder,
        sign_in=file.sign_in,
        roles=file.roles,
        console=file.console,
        consent=file.consent.beside(base),
        teams_effect=file.teams_effect,
    )


def load_vision(path: Path) -> VisionTable:
    """The `[vision]` of a configuration file, for what needs neither sites nor platforms.

    Raises:
        ConfigError: Names the key that is wrong, and the way out.
    """
    own = {key: value for key, value in _read(path).items() if key == "vision"}
    return _with_encoder_beside(_validated(_File, own, str(path)).vision, path.resolve().parent)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror} (examples/config has one to start from)"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None


def _validated(model: type[T], data: object, where: str) -> T:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{where}: {describe(error)}") from None


def _adapters(
    path: Path, platform: str, tables: object, specs: Mapping[str, AdapterSpec]
) -> list[tuple[AdapterSpec, AdapterConfig]]:
    spec = specs.get(platform)
    if spec is None:
        known = ", ".join(sorted(specs)) or "none"
        raise ConfigError(
            f"{path}: [[{platform}]] is neither a section nor an installed adapter (installed: {known}); "
            "see `atdesk plugins`"
        )
    if not isinstance(tables, list):
        raise ConfigError(f"{path}: write [[{platform}]] with two brackets: there may be several tenants")
    where = f"{path}: [[{platform}]]"
    return [(spec, _placed(_validated(spec.config, table, where), path.parent)) for table in tables]


def _placed(table: T, folder: Path) -> T:
    """The same with its paths relative to the configuration file, as everywhere in it."""
    changes: dict[str, object] = {}
    for name in type(table).model_fields:
        value = getattr(table, name)
        if isinstance(value, Path):
            changes[name] = folder / value.expanduser()
        elif isinstance(value, BaseModel):
            changes[name] = _placed(value, folder)
    return table.model_copy(update=changes) if changes else table


def _refuse_doubles(names: list[str], path: Path) -> None:
    if PAGE in names:
        raise ConfigError(f"{path}: {PAGE!r} is the agents' own page: give the adapter another name")
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ConfigError(f"{path}: two adapters are called {doubled[0]!r}: give each a name of its own")


def _refuse_two_policies(file: _File, path: Path) -> None:
    for kind, tables in (("site", file.site), ("team", file.team), ("agent", file.agent)):
        ids = [table.id for table in tables]
        doubled = sorted({one for one in ids if ids.count(one) > 1})
        if doubled:
            raise ConfigError(f"{path}: [[{kind}]] {doubled[0]!r} is there twice: keep one of them")


def _refuse_two_forwarders(file: _File, path: Path) -> None:
    names = [table.name for table in file.forwarder]
    doubled = sorted({one for one in names if names.count(one) > 1})
    if doubled:
        raise ConfigError(f"{path}: two forwarders are called {doubled[0]!r}: give each a name of its own")


def _check_effect(file: _File, path: Path) -> None:
    """Frames of a Teams effect may not leave the machine: nobody else reaches a service that takes them."""
    if not file.teams_effect.is_on:
        return
    public = urlsplit(file.service.public_url).hostname
    if file.service.host not in LOOPBACK or (public is not None and public not in LOOPBACK):
        raise ConfigError(
            f"{path}: [teams_effect] is for a service on the agent's own machine: set service.host to "
            "127.0.0.1 and service.public_url to a https://localhost address, or leave `accepted` out"
        )
    if not any(one.provider == "teams" for one in file.sign_in):
        raise ConfigError(
            f'{path}: [teams_effect] needs a [[sign_in]] with provider = "teams": its page signs in there'
        )


def _absolute(service: ServiceTable, base: Path) -> ServiceTable:
    return service.model_copy(
        update={
            "database": base / service.database,
            "key_file": base / service.key_file,
            "signing_key": base / service.signing_key,
        }
    )


def _with_policy_beside(table: WithPolicy, base: Path) -> WithPolicy:
    return table.model_copy(update={"policy": base / table.policy})


def _with_encoder_beside(vision: VisionTable, base: Path) -> VisionTable:
    encoder = vision.encoder.beside(base) if vision.encoder else None
    return vision.model_copy(update={"encoder": encoder})


def _policy(site: SiteTable, base: Path) -> SitePolicy:
    policy = load_policy(base / site.policy)
    if policy.site != site.id:
        raise ConfigError(
            f"the policy file {base / site.policy} is for site {policy.site!r}, not {site.id!r}"
        )
    return policy
