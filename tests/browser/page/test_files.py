"""The files of the page as they are served: small, whole, and the same in every language."""

import json
import re
from collections.abc import Mapping
from importlib import resources

import pytest

from atdesk_core.web.own.serving import page_files
from tests.browser.packages import TEAMS, package

FILES = page_files()
LANGUAGES = ("en", "es", "fr")
MOST_BYTES = 150_000
TEAMS_JS = "hosts/teams/MicrosoftTeams.min.js"
"""Microsoft's own file. It loads in Teams alone, so it is counted apart, and it is what npm brings."""
MOST_TEAMS_BYTES = 215_000
EFFECT = {path: content for path, content in FILES.items() if path.startswith("effect/")}
"""The page of the Teams effect, which loads by itself and where it was switched on alone."""
MOST_EFFECT_BYTES = 25_000
OURS = {path: content for path, content in FILES.items() if path not in {TEAMS_JS, *EFFECT}}

Words = Mapping[str, str | Mapping[str, str]]


def words(language: str) -> Words:
    read: Words = json.loads(FILES[f"words/{language}.json"])
    return read


def forms(text: str | Mapping[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def placeholders(text: str | Mapping[str, str]) -> set[str]:
    return {name for form in forms(text) for name in re.findall(r"\{(\w+)\}", form)}


def sources() -> str:
    """Modules and markup, without what is only said about them."""
    text = "\n".join(content.decode() for path, content in OURS.items() if path.endswith((".js", ".html")))
    return re.sub(r"/\*\*.*?\*/|^\s*//.*?$", "", text, flags=re.DOTALL | re.MULTILINE)


def test_the_whole_page_weighs_less_than_150_kb_in_all_its_languages() -> None:
    assert sum(map(len, OURS.values())) < MOST_BYTES
    assert sum(map(len, EFFECT.values())) < MOST_EFFECT_BYTES


def test_the_page_of_the_effect_has_every_element_that_its_modules_use() -> None:
    page = EFFECT["effect/index.html"].decode()
    used = EFFECT["effect/effect.js"].decode() + OURS["indicator.js"].decode()
    assert set(re.findall(r'\$\("([a-z-]+)"\)', used)) <= set(re.findall(r'\bid="([^"]+)"', page))


def test_teams_own_sdk_is_microsofts_file_unchanged_and_nothing_else_names_it() -> None:
    assert len(FILES[TEAMS_JS]) < MOST_TEAMS_BYTES
    assert {path for path, content in OURS.items() if b"MicrosoftTeams" in content} == {"hosts/teams.js"}
    licence = resources.files("atdesk_core.web.own").joinpath("static/hosts/teams/LICENSE")
    assert "MIT License" in licence.read_text(encoding="utf-8")
    assert FILES[TEAMS_JS].decode() == package(TEAMS)


@pytest.mark.parametrize("language", ["es", "fr"])
def test_every_language_has_the_same_words_with_the_same_places_for_values(language: str) -> None:
    english, other = words("en"), words(language)
    assert set(other) == set(english)
    assert {key: placeholders(text) for key, text in other.items()} == {
        key: placeholders(text) for key, text in english.items()
    }
    assert {key for key, text in other.items() if not isinstance(text, str)} == {
        key for key, text in english.items() if not isinstance(text, str)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_has_a_form_for_one_and_one_for_the_rest(language: str) -> None:
    for key, text in words(language).items():
        assert isinstance(text, str) or {"one", "other"} <= set(text), key
        assert all(form.strip() for form in forms(text)), key


def test_nothing_is_translated_by_being_left_in_english() -> None:
    # What is the same word in both languages.
    same = {"Pause", "Photo {n}", "Contraste", "Alt+Shift+P", "{number}: {what}", "Clarté"}
    for language in ("es", "fr"):
        alike = {
            key
            for key, text in words(language).items()
            if text == words("en")[key] and not set(forms(text)) <= same
        }
        assert alike == set()


def test_every_word_that_the_page_asks_for_is_there_and_none_is_there_for_nothing() -> None:
    text, english = sources(), words("en")
    asked = set(re.findall(r'(?<![\w.])(?:t|has)\("([a-z_.]+)"', text))
    asked |= set(re.findall(r'data-t="([a-z_.]+)"', text))
    asked |= {
        pair.split(":")[1]
        for one in re.findall(r'data-t-attributes="([^"]+)"', text)
        for pair in one.split(";")
    }
    assert asked - set(english) == set()
    spoken = set(re.findall(r"[\"'`]([a-z_]+(?:\.[a-z_]+)*)[\"'`]", text))
    begun = set(re.findall(r"`([a-z_]*\.[a-z_]*)\$\{", text)) | set(
        re.findall(r"\$\{[^}]+\}(\.[a-z_]+)`", text)
    )
    unused = {
        key
        for key in english
        if key not in asked | spoken and not any(key.startswith(one) or key.endswith(one) for one in begun)
    }
    assert unused == set()


def test_the_page_names_every_element_that_its_modules_use_and_loads_nothing_from_elsewhere() -> None:
    page = FILES["index.html"].decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'\$\("([a-z-]+)"\)', sources())) <= set(ids)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", page)
    loaded = set(re.findall(r'static/([\w./-]+)"', page))
    assert loaded <= set(FILES)


def test_every_module_that_is_loaded_is_there() -> None:
    for path, content in OURS.items():
        if not path.endswith(".js"):
            continue
        folder = path.rpartition("/")[0]
        for name in re.findall(r'(?:from|import\()\s*"\./([\w./]+)"', content.decode()):
            assert f"{folder}/{name}".lstrip("/") in FILES, f"{path} wants {name}"
