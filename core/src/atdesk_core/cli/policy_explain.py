"""`atdesk policy explain AGENT`: which level decided each setting for an agent, and why."""

import time
from pathlib import Path

from rich.console import Console

from atdesk_core.agreements import Agreements, Applied, Place, load_agreements
from atdesk_core.cli.output import console
from atdesk_core.cli.people import act, find_person
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.identity import Person
from atdesk_core.policy import Resolved, cap_of, resolve
from atdesk_core.policy.explain import explain, on_record
from atdesk_core.runtime.agreed import codes_of, contents_of, declared_of
from atdesk_core.runtime.config import Config
from atdesk_core.store import Store
from atdesk_sdk import ConfigError


def explain_command(path: Path, agent_id: str, language: str | None, *, files: bool) -> None:
    """Print the policy of an agent line by line, in the agent's language unless another one is asked for.

    Raises:
        ConfigError: The configuration or, with `files`, a policy file is faulty.
    """
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        person = await find_person(store, agent_id)
        place = Place.of(person)
        spoken = language or person.language
        agreements = await load_agreements(store, declared_of(config), config.service.signing_key)
        resolved = _of_files(config, place) if files else _in_force(agreements.applied(place), person)
        _print(out, explain(resolved, spoken))
        _print(out, _record(agreements, place, resolved, spoken))

    leave(act(config.service.database, out, action))


def _in_force(applied: Applied, person: Person) -> Resolved:
    if applied.resolved is not None:
        return applied.resolved
    says = f"{applied.fault.scope}: {applied.fault.message}" if applied.fault else "nothing was signed"
    raise ConfigError(
        f"no policy is in force for {person.agent_id}, so nobody looks: {says} "
        "(--files explains what the files say, signed or not)"
    )


def _of_files(config: Config, place: Place) -> Resolved:
    """What the policy files come to, signed or not."""
    site = next((one for one in config.sites if one.id == place.site), None)
    if site is None:
        raise ConfigError(f"the site {place.site} is not in {config.path}: add a [[site]] for it")
    contents = contents_of(config)
    levels = [contents[scope].level for scope in place.scopes() if scope in contents]
    return resolve([*(cap_of(code) for code in place.codes(codes_of(site))), *levels])


def _record(agreements: Agreements, place: Place, resolved: Resolved, language: str) -> tuple[str, ...]:
    """What of the things that have to be on record is there, has lapsed, or was never there."""
    standing = agreements.standing(place, time.time())
    return on_record(resolved.policy.requires, standing.met, standing.lapsed, language)


def _print(out: Console, lines: tuple[str, ...]) -> None:
    for line in lines:
        out.print(line, soft_wrap=True, markup=False)
