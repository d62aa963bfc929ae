"""Compiles the catalogues: `python -m atdesk_core.policy.catalogues` makes a `.mo` of each `.po`.

A `.po` file is what a translator edits; a `.mo` file is what `gettext` reads. Both are shipped, and a test
holds that they say the same. Compile after every change; a new language is a new folder in `locale/`.
"""

import ast
import struct
from collections.abc import Mapping
from pathlib import Path

Entries = Mapping[str, str]
"""msgid to msgstr, as a `.mo` has them: plural forms are joined with a zero byte."""

_MAGIC, _HEADER = 0x950412DE, 7 * 4


def parse_po(text: str) -> dict[str, str]:
    """The entries of a `.po` file.

    Raises:
        ValueError: A line that is no entry, or an entry that is not finished.
    """
    blocks = (block for block in text.split("\n\n") if block.strip())
    entries = dict(_entry(block) for block in blocks)
    if "" not in entries:
        raise ValueError('the catalogue has no header (msgid "")')
    return entries


def _entry(block: str) -> tuple[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if not line or line.startswith("#"):
            continue
        keyword, _, rest = line.partition(" ")
        name, quoted = (name, line) if line.startswith('"') else (keyword, rest)
        fields[name] = fields.get(name, "") + str(ast.literal_eval(quoted))
    if "msgid_plural" in fields:
        many = [fields[f"msgstr[{number}]"] for number in range(_count(fields))]
        return f"{fields['msgid']}\0{fields['msgid_plural']}", "\0".join(many)
    if set(fields) != {"msgid", "msgstr"}:
        raise ValueError(f"no entry of a catalogue: {sorted(fields)}")
    return fields["msgid"], fields["msgstr"]


def _count(fields: Mapping[str, str]) -> int:
    return sum(name.startswith("msgstr[") for name in fields)


def compile_mo(entries: Entries) -> bytes:
    """The same entries as a `.mo` file: sorted, without a hash table, little-endian."""
    pairs = [(one.encode(), other.encode()) for one, other in sorted(entries.items(), key=_as_bytes)]
    count = len(pairs)
    ids, texts = (b"".join(pair[side] + b"\0" for pair in pairs) for side in (0, 1))
    first = _HEADER + 2 * 8 * count
    tables = _table([one for one, _ in pairs], first) + _table([one for _, one in pairs], first + len(ids))
    head = struct.pack("<7I", _MAGIC, 0, count, _HEADER, _HEADER + 8 * count, 0, first)
    return head + tables + ids + texts


def _as_bytes(entry: tuple[str, str]) -> bytes:
    return entry[0].encode()


def _table(texts: list[bytes], first: int) -> bytes:
    """Length and place of each text."""
    rows, at = [], first
    for text in texts:
        rows.append(struct.pack("<2I", len(text), at))
        at += len(text) + 1
    return b"".join(rows)


def main() -> None:
    """Compile every catalogue that stands beside this module."""
    for source in sorted((Path(__file__).parent / "locale").rglob("*.po")):
        source.with_suffix(".mo").write_bytes(compile_mo(parse_po(source.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
