"""What an adapter remembers is bounded."""

from collections import OrderedDict

from atdesk_sdk.memory import remember


def test_the_oldest_falls_out_and_what_is_said_again_is_new() -> None:
    memory: OrderedDict[str, int] = OrderedDict()
    for number, key in enumerate(("a", "b", "a", "c")):
        remember(memory, key, number, 2)
    assert list(memory.items()) == [("a", 2), ("c", 3)]
