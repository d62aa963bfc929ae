"""The pages under docs/contract are true: every hook, name and part is there, and the examples run."""

import ast
import inspect
import re
import sys
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
import pytest

import atdesk_sdk
from atdesk_sdk import AdapterConfig, hooks, testing
from atdesk_sdk.testing import AdapterCase, AdapterConformance, ScriptedAdapter

PAGES = Path(__file__).parents[2] / "docs" / "contract"
HOOKS = {name: value for name, value in vars(hooks).items() if name.startswith("atdesk_")}
# Neither classes nor functions: they have no docstring of their own.
PLAIN = {"AdapterEvent", "SecretRef", "hookimpl", "Happening"}


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text("utf-8")


def signature(hook: str) -> str:
    """As it is written in hooks.py."""
    tree = ast.parse(inspect.getsource(HOOKS[hook])).body[0]
    assert isinstance(tree, ast.FunctionDef)
    assert tree.returns is not None
    return f"{hook}({ast.unparse(tree.args)}) -> {ast.unparse(tree.returns)}"


def section(hook: str) -> str:
    after = page("hooks").split(f"## `{signature(hook)}`\n")
    assert len(after) == 2, f"hooks.md lacks the heading: ## `{signature(hook)}`"
    return after[1].split("\n## ")[0]


def examples(text: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def first_sentences(value: object) -> str:
    return " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented(hook: str) -> None:
    text = section(hook)
    assert inspect.getdoc(HOOKS[hook])
    for parameter in inspect.signature(HOOKS[hook]).parameters:
        assert f"- `{parameter}` - " in text
    assert "Called" in text
    assert re.search(r"[Nn]ot called|never", text), "when it is not called"


def test_no_hook_is_documented_that_is_not_there() -> None:
    assert re.findall(r"^## `(\w+)\(", page("hooks"), re.MULTILINE) == list(HOOKS)


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the examples import of a platform that does not exist."""
    names: dict[str, Any] = {
        "AcmeAdapter": ScriptedAdapter,
        "AcmeConfig": AdapterConfig,
        "AcmeSimulator": None,
    }
    module = ModuleType("acme")
    vars(module).update(names)
    monkeypatch.setitem(sys.modules, "acme", module)


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_of_a_hook_implements_it(hook: str) -> None:
    (source,) = examples(section(hook))
    plugin = ModuleType("example")
    exec(source, vars(plugin))  # noqa: S102  (the example itself)
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    manager.register(plugin)
    manager.check_pending()
    assert [caller.name for caller in manager.get_hookcallers(plugin) or []] == [hook]


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("name", ["adapters", "testing"])
def test_the_examples_of_a_page_run(name: str) -> None:
    sources = examples(page(name))
    assert sources
    for source in sources:
        exec(source, {"__name__": "example"})  # noqa: S102  (the example itself)


@pytest.mark.parametrize("module", [atdesk_sdk, testing], ids=lambda module: module.__name__)
def test_every_public_name_is_in_the_reference(module: ModuleType) -> None:
    for name in module.__all__:
        value = getattr(module, name)
        if name in PLAIN:
            assert f"\n- `{name}` - " in page("reference")
        else:
            assert f"\n- `{name}` - {first_sentences(value)}\n" in page("reference")


@pytest.mark.parametrize("module", [atdesk_sdk, testing], ids=lambda module: module.__name__)
def test_every_public_name_and_method_has_a_docstring(module: ModuleType) -> None:
    bare = []
    for name in set(module.__all__) - PLAIN:
        value = getattr(module, name)
        own = {} if not inspect.isclass(value) else vars(value)
        parts = {f"{name}.{part}": each for part, each in own.items() if not part.startswith("_")}
        methods = {part: each for part, each in parts.items() if inspect.isfunction(each)}
        bare += [part for part, each in {name: value, **methods}.items() if not each.__doc__]
    assert bare == []


def test_every_part_of_a_case_is_documented() -> None:
    described = inspect.getdoc(AdapterCase) or ""
    for part in fields(AdapterCase):
        assert f"\n    {part.name}: " in described
        assert f"`{part.name}`" in page("testing")


def test_every_check_says_what_it_asks_for() -> None:
    checks = [value for name, value in inspect.getmembers(AdapterConformance) if name.startswith("test_")]
    assert len(checks) > 50
    assert [check.__name__ for check in checks if not check.__doc__] == []


def test_every_protocol_and_error_is_explained_to_authors() -> None:
    text = page("adapters")
    for name in atdesk_sdk.__all__:
        value = getattr(atdesk_sdk, name)
        if (
            getattr(value, "_is_protocol", False)
            and value.__module__ == "atdesk_sdk.adapter"
            and name != "Host"
        ):
            assert f"| `{name}` |" in text
        if inspect.isclass(value) and issubclass(value, Exception) and name != "AdapterError":
            assert f"| `{name}` |" in text


@pytest.mark.usefixtures("acme")
def test_the_example_of_the_readme_runs() -> None:
    readme = (PAGES.parents[1] / "sdk" / "README.md").read_text("utf-8")
    (source,) = examples(readme)
    exec(source, {"__name__": "example"})  # noqa: S102  (the example itself)
