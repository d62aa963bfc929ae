"""There is no verb that does anything to a person, nowhere in the contract, in core, or at the prompt."""

import enum
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import typer

import atdesk_core
import atdesk_sdk
from atdesk_core.cli.main import app
from atdesk_core.reviewing import RequestKind
from atdesk_sdk import FlagStatus, LeadAction

# As whole words of a name: "fire" is one, "firewall" is none.
SANCTIONS = {"sanction", "sanctions", "punish", "punishment", "penalty", "discipline", "disciplinary"}
SANCTIONS |= {"fine", "fines", "deduct", "deduction", "demote", "demotion", "fire", "fired", "suspend"}
SANCTIONS |= {"suspension", "reprimand", "strike", "strikes", "blacklist", "rank", "ranks", "ranking"}
SANCTIONS |= {"leaderboard", "productivity"}
MANY = ("all", "everything", "bulk", "many", "batch", "rule", "team", "site")


def modules() -> Iterator[object]:
    for package in (atdesk_sdk, atdesk_core):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in found.name and not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def words(name: str) -> set[str]:
    return set(name.lower().replace("-", "_").split("_")) | {name.lower()}


def test_no_enumeration_of_the_contract_or_of_core_holds_a_sanction() -> None:
    seen, bad = 0, []
    for module in modules():
        for _, kind in inspect.getmembers(module, lambda one: isinstance(one, enum.EnumMeta)):
            if kind.__module__.startswith("atdesk_"):
                values = [str(one.value) for one in kind]
                seen += len(values)
                bad += [(kind.__name__, value) for value in values if words(value) & SANCTIONS]
    assert seen > 100
    assert bad == []


def _is_ours(one: object) -> bool:
    made = inspect.isfunction(one) or inspect.isclass(one)
    return made and str(getattr(one, "__module__", "")).startswith("atdesk_")


def test_no_function_or_class_of_the_contract_or_of_core_is_one() -> None:
    bad = [
        (module.__name__, name)  # type: ignore[attr-defined]  # modules have names
        for module in modules()
        for name, one in inspect.getmembers(
            module, lambda one: inspect.isfunction(one) or inspect.isclass(one)
        )
        if words(name) & SANCTIONS
    ]
    assert bad == []


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in getattr(group, "commands", {}).items():
        yield f"{before}{name}", command
        yield from commands(command, f"{before}{name} ")


def test_no_command_is_one_and_none_answers_several_flags_at_once() -> None:
    known = dict(commands(typer.main.get_command(app)))
    assert not [name for name in known if set(name.replace("-", " ").split()) & SANCTIONS]
    for verb in ("acknowledge", "dismiss", "dispute", "decide"):
        (number,) = [one for one in known[f"flags {verb}"].params if one.name == "number"]
        assert number.nargs == 1
        assert not [one.name for one in known[f"flags {verb}"].params if one.name in MANY]


def test_what_a_lead_can_do_is_three_things() -> None:
    assert {one.value for one in LeadAction} == {"open", "acknowledge", "dismiss"}
    assert {one.value for one in RequestKind} == {
        "pause",
        "resume",
        "break",
        "acknowledge",
        "dismiss",
        "dispute",
        "uphold",
        "overturn",
    }


def test_only_what_people_confirmed_and_nobody_disputes_may_be_used() -> None:
    assert {one for one in FlagStatus if one.usable} == {FlagStatus.ACKNOWLEDGED, FlagStatus.UPHELD}
