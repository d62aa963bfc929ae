"""Messages and headers of `atdesk.frames.v1`, without sockets."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.web.frames.protocol import (
    COULD_NOT_TELL,
    HEADER_BYTES,
    MAX_FRAME_BYTES,
    MAX_TEXT_CHARS,
    CloseCode,
    Closing,
    Drop,
    GapReason,
    Header,
    Hello,
    NewToken,
    Origin,
    pack,
    read_message,
    unpack,
)

PAGE = (Path(__file__).parents[4] / "docs" / "frames.md").read_text("utf-8")
SECRET = "a-token-that-nobody-may-see"


def hello(**changes: object) -> str:
    return json.dumps({"t": "hello", "v": 1, "source": "page", "token": SECRET} | changes)


def test_a_hello_says_who_and_what() -> None:
    message = read_message(hello(tab="t", client={"page": "1"}, later_key=7))
    assert message == Hello(t="hello", v=1, source=Origin.PAGE, token=SECRET, tab="t", client={"page": "1"})


def test_tokens_are_in_no_representation() -> None:
    assert SECRET not in repr(read_message(hello(tab=SECRET)))
    assert SECRET not in repr(read_message(json.dumps({"t": "token", "token": SECRET, "tab": SECRET})))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", "its form"),
        ("[]", "its form"),
        ('{"t":"nothing"}', "its form"),
        (hello(v=2), "v"),
        (hello(v="1"), "v"),
        (hello(source="phone"), "source"),
        (hello(token=""), "token"),
        (hello(token=5), "token"),
        (hello(client={"a": 1}), "client"),
        (hello(client={str(n): "" for n in range(17)}), "client"),
        ('{"t":"gap","reason":"bored"}', "reason"),
        ('{"t":"refused","reason":"denied"}', "look_id"),
    ],
)
def test_a_message_that_is_none_names_the_field_and_repeats_nothing(text: str, field: str) -> None:
    with pytest.raises(Closing, match=field) as caught:
        read_message(text)
    assert caught.value.code is CloseCode.MALFORMED
    assert SECRET not in caught.value.message


def test_a_text_may_be_as_long_as_a_token_needs() -> None:
    assert isinstance(read_message(json.dumps({"t": "token", "token": "x" * 8192})), NewToken)
    with pytest.raises(Closing) as caught:
        read_message(hello(client={"a": "x" * MAX_TEXT_CHARS}))
    assert caught.value.code is CloseCode.TOO_LARGE


@given(
    st.builds(
        Header,
        width=st.integers(0, 0xFFFF),
        height=st.integers(0, 0xFFFF),
        look=st.integers(0, 2**32 - 1),
        seq=st.integers(0, 2**32 - 1),
        capture_us=st.integers(0, 2**64 - 1),
        payload_bytes=st.integers(0, 2000),
    )
)
def test_a_header_comes_back_as_it_was(header: Header) -> None:
    data = pack(header) + bytes(header.payload_bytes)
    assert len(data) == HEADER_BYTES + header.payload_bytes
    assert unpack(data) == header


HEADER = pack(Header(640, 480, 1, 7, 5, 3))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", CloseCode.MALFORMED),
        (HEADER[:31], CloseCode.MALFORMED),
        (b"PFR1" + HEADER[4:] + b"abc", CloseCode.MALFORMED),
        (HEADER[:4] + b"\x02" + HEADER[5:] + b"abc", CloseCode.MALFORMED),
        (HEADER[:5] + b"\x01" + HEADER[6:] + b"abc", CloseCode.MALFORMED),
        (HEADER[:6] + b"\x28" + HEADER[7:] + b"abc", CloseCode.MALFORMED),
        (HEADER + b"ab", CloseCode.MALFORMED),
        (HEADER + b"abcd", CloseCode.MALFORMED),
        (HEADER + bytes(MAX_FRAME_BYTES - HEADER_BYTES + 1), CloseCode.TOO_LARGE),
    ],
)
def test_what_is_no_frame_closes(data: bytes, code: CloseCode) -> None:
    with pytest.raises(Closing) as caught:
        unpack(data)
    assert caught.value.code is code


def test_every_reason_becomes_something_that_is_no_absence() -> None:
    assert set(COULD_NOT_TELL) == set(GapReason)


def rows(heading: str) -> dict[str, list[str]]:
    """The table under a heading of the page, by its first cell."""
    text = PAGE.split(f"# {heading}\n")[1].split("\n#")[0]
    lines = re.findall(r"^\| (`?[\w-]+`?) \| (.*) \|$", text, re.MULTILINE)
    return {cell.strip("`"): [one.strip() for one in rest.split(" | ")] for cell, rest in lines}


def test_the_page_lists_every_reason_with_what_becomes_of_it() -> None:
    listed = rows("Reasons of `gap` and `refused`")
    listed.pop("reason")
    became = {name: cells[-1].strip("`") for name, cells in listed.items()}
    assert became == {reason.value: kind.value for reason, kind in COULD_NOT_TELL.items()}


def test_the_page_lists_every_way_to_be_dropped() -> None:
    assert set(rows("Why a frame was dropped")) - {"why"} == {drop.value for drop in Drop}


def test_the_page_lists_every_close_code() -> None:
    listed = {code: cells[0].strip("`") for code, cells in rows("Close codes").items() if code != "code"}
    assert listed == {str(code.value): code.name.lower() for code in CloseCode}


def test_the_page_lists_every_source() -> None:
    assert set(rows("Who is it?")) - {"source"} == {origin.value for origin in Origin}


def test_the_bytes_on_the_page_are_those_of_the_header() -> None:
    written = re.search(r"^((?:[0-9a-f]{2} +){31}[0-9a-f]{2})$", PAGE, re.MULTILINE)
    assert written
    captured = 1_767_603_600_000_000
    assert bytes.fromhex(written[1]) == pack(Header(640, 480, 1, 7, captured, 31_415))


def test_every_message_of_the_conversation_is_one() -> None:
    said = re.findall(r"^> (\{.*\})$", PAGE, re.MULTILINE)
    assert len(said) >= 5
    for text in said:
        read_message(text)
