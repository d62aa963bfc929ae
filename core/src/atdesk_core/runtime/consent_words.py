"""The text that an agent agrees to, or refuses: the operator's own, or the one that ships.

A text is never changed under its version: whoever agreed, agreed to those words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from atdesk_core.runtime.own_words import ALTERNATIVE, LANGUAGES, language_of, say_in
from atdesk_sdk import ConfigError

SHIPPED: Final = "atdesk-1"
"""Version of the text that ships."""
_LONGEST: Final = 20_000


class ConsentTable(BaseModel):
    """`[consent]`: the text that agents are shown before they agree, instead of the one that ships."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str = Field(
        "",
        max_length=20,
        pattern=r"^$|^[A-Za-z_.-]*[0-9][A-Za-z0-9_.-]*$",
        description="Version of the text, with a digit in it; a new text takes a new version.",
    )
    text: dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], Path] = Field(
        default_factory=dict, description="File of the text by language; `{alternative}` stands for that."
    )
    alternative: dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], str] = Field(
        default_factory=dict, description="By language: what is offered to those who refuse."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.version) != bool(self.text):
            raise ValueError("version and text go together")
        return self

    def beside(self, base: Path) -> Self:
        """The same with absolute paths."""
        return self.model_copy(update={"text": {name: base / path for name, path in self.text.items()}})


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What one agent is shown.

    Attributes:
        version: Of the text.
        language: In which it is.
        languages: In which it could be.
        text: Plain text.
        alternative: What is offered to those who refuse.
    """

    version: str
    language: str
    languages: tuple[str, ...]
    text: str
    alternative: str


class ConsentTexts:
    """The texts of one configuration, read once.

    Args:
        table: Of the configuration.

    Raises:
        ConfigError: A file cannot be read, or is no text.
    """

    def __init__(self, table: ConsentTable) -> None:
        self._version = table.version or SHIPPED
        self._texts: Mapping[str, str] = (
            {name: _read(path) for name, path in table.text.items()} if table.text else _shipped()
        )
        self._alternatives = table.alternative

    def shown(self, language: str) -> ConsentText:
        """The text for somebody who reads this language; else in English, else in any that there is."""
        own = language.replace("_", "-").partition("-")[0].lower()
        chosen = own if own in self._texts else "en" if "en" in self._texts else next(iter(self._texts))
        alternative = self._alternatives.get(chosen) or say_in(language_of(chosen))(ALTERNATIVE)
        text = self._texts[chosen].replace("{alternative}", alternative)
        return ConsentText(self._version, chosen, tuple(self._texts), text, alternative)


@cache
def _shipped() -> Mapping[str, str]:
    folder = files("atdesk_core.runtime") / "consent_text"
    return {name: (folder / f"{name}.txt").read_text(encoding="utf-8") for name in LANGUAGES}


def _read(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"the consent text {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"the consent text {path} is no UTF-8 text") from None
    if not text.strip() or len(text) > _LONGEST:
        raise ConfigError(f"the consent text {path} is empty, or longer than {_LONGEST} characters")
    return text
