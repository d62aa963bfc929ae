"""A small network in the bytes that onnxruntime reads (ONNX is a protobuf message; a few fields suffice).

Field numbers are those of `onnx.proto` (IR version 8, operator set 13). The `onnx` package would write
the same; it is several times the size of everything else that this needs.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

_IR_VERSION: Final = 8
_OPERATOR_SET: Final = 13
_FLOAT, _INT64 = 1, 7
_INTS: Final = 7


class Network:
    """Grows step by step: each step names its inputs and gives the name of its output."""

    def __init__(self) -> None:
        self._steps: list[bytes] = []
        self._weights: list[tuple[bytes, bytes]] = []

    def weights(self, values: npt.NDArray[np.float32] | npt.NDArray[np.int64]) -> str:
        """Numbers that stay the same from run to run."""
        name = f"weights{len(self._weights)}"
        kind = _INT64 if values.dtype == np.int64 else _FLOAT
        sizes = b"".join(_whole(1, size) for size in values.shape)
        raw = values.tobytes()
        head = sizes + _whole(2, kind) + _text(8, name) + _head(9, len(raw))
        self._weights.append((_head(5, len(head) + len(raw)) + head, raw))
        return name

    def step(self, operator: str, inputs: Sequence[str], **settings: Sequence[int]) -> str:
        """One operator of the standard set.

        Args:
            operator: Its name: "Conv", "Relu", ...
            inputs: What it takes, in its order.
            settings: Its attributes; all that are needed here are lists of whole numbers.
        """
        name = f"{operator}{len(self._steps)}"
        given = b"".join(_text(1, one) for one in inputs)
        chosen = b"".join(_bytes(5, _setting(key, values)) for key, values in settings.items())
        self._steps.append(given + _text(2, name) + _text(4, operator) + chosen)
        return name

    def model(self, taken: tuple[str, Sequence[int]], given: tuple[str, Sequence[int]]) -> bytes:
        """The whole message.

        Args:
            taken: Name and shape of the input.
            given: Name and shape of the output.
        """
        around = _text(2, "network") + _bytes(11, _value(*taken)) + _bytes(12, _value(*given))
        graph = [*(_bytes(1, step) for step in self._steps), around]
        graph += [part for pair in self._weights for part in pair]  # joined once: they are large
        operators = _bytes(8, _text(1, "") + _whole(2, _OPERATOR_SET))
        return b"".join([_whole(1, _IR_VERSION), _head(7, sum(map(len, graph))), *graph, operators])


def _setting(name: str, values: Sequence[int]) -> bytes:
    return _text(1, name) + b"".join(_whole(8, value) for value in values) + _whole(20, _INTS)


def _value(name: str, shape: Iterable[int]) -> bytes:
    sizes = b"".join(_bytes(1, _whole(1, size)) for size in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _whole(1, _FLOAT) + _bytes(2, sizes)))


def _whole(field: int, value: int) -> bytes:
    return _number(field << 3) + _number(value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _head(field, len(value)) + value


def _head(field: int, length: int) -> bytes:
    return _number(field << 3 | 2) + _number(length)


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the top bit says that more follow."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(parts) + bytes([value])
