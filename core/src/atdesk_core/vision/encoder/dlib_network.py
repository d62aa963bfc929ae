"""dlib's ResNet for faces, read out of dlib's own file and written as ONNX.

The layers are those of `dnn_face_recognition_ex.cpp` of dlib: 29 convolutions, each with a scale and a
shift for every channel, in residual blocks. The file holds no names, only numbers in the order of the
layers, so it is read by that order: only ever a file whose sha256 has been checked.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from atdesk_core.vision.encoder.onnx_bytes import Network

SIDE_PX: Final = 150
"""Width and height of the picture of a face that goes in."""

_Numbers = npt.NDArray[np.float32]

_FIRST: Final = (3, 32, 7, 2)
"""Channels in, channels out, side and stride of the first convolution."""
_STAGES: Final = ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1))
"""Channels and number of blocks. Every stage but the first begins with a stride of two."""
_OUT: Final = (256, 128)


def as_onnx(dlib_file: bytes) -> bytes:
    """The network: "picture" (1 x 3 x 150 x 150, RGB less its mean, by 256) in, 1 x 128 numbers out.

    Args:
        dlib_file: The contents of `dlib_face_recognition_resnet_model_v1.dat`.

    Raises:
        ValueError: It is another file.
    """
    return _network(_tensors(dlib_file))


def _blocks() -> Iterator[tuple[int, int, int]]:
    """Channels in, channels out and stride of each residual block, from the picture on."""
    entering = _FIRST[1]
    for stage, (leaving, count) in enumerate(_STAGES):
        for number in range(count):
            yield entering, leaving, 2 if stage and not number else 1
            entering = leaving


def _tensors(data: bytes) -> Iterator[_Numbers]:
    """The weights in the order of the layers: filters with their biases, scales with theirs, ..., the end.

    Each lies in the file behind a header of known form (version, four sizes), as 32-bit floats.
    """
    at = 0
    for shape in _shapes():
        header = b"".join(_dlib_number(value) for value in (2, *shape))
        at = data.index(header, at) + len(header)
        yield np.frombuffer(data, np.float32, shape[0] * shape[1], at)
        at += 4 * shape[0] * shape[1]


def _shapes() -> Iterator[tuple[int, int, int, int]]:
    convolutions = [_FIRST[:3]]
    for entering, leaving, _ in _blocks():
        convolutions += [(entering, leaving, 3), (leaving, leaving, 3)]
    for entering, leaving, side in convolutions:
        yield (leaving * (entering * side * side + 1), 1, 1, 1)
        yield (2 * leaving, 1, 1, 1)
    yield (*_OUT, 1, 1)


def _dlib_number(value: int) -> bytes:
    """As dlib writes a whole number: how many bytes follow, then these, the lowest first."""
    count = (value.bit_length() + 7) // 8
    return bytes([count]) + value.to_bytes(count, "little")


def _network(tensors: Iterator[_Numbers]) -> bytes:
    network = Network()
    now, size = _convolved(network, "picture", tensors, _FIRST), (SIDE_PX - 7) // 2 + 1
    now = network.step("MaxPool", [network.step("Relu", [now])], kernel_shape=(3, 3), strides=(2, 2))
    size = (size - 3) // 2 + 1
    for entering, leaving, stride in _blocks():
        first = _convolved(network, now, tensors, (entering, leaving, 3, stride))
        second = _convolved(network, network.step("Relu", [first]), tensors, (leaving, leaving, 3, 1))
        if stride == 2:
            pooled = network.step("AveragePool", [now], kernel_shape=(2, 2), strides=(2, 2))
            wide, narrow = (size - 2) // 2 + 1, (size - 3) // 2 + 1
            now = _grown(network, pooled, leaving - entering, 0)
            second, size = _grown(network, second, 0, wide - narrow), wide
        now = network.step("Relu", [network.step("Add", [now, second])])
    flat = network.step("Flatten", [network.step("GlobalAveragePool", [now])])
    end = network.step("MatMul", [flat, network.weights(next(tensors).reshape(_OUT))])
    return network.model(("picture", (1, 3, SIDE_PX, SIDE_PX)), (end, (1, _OUT[1])))


def _convolved(
    network: Network, now: str, tensors: Iterator[_Numbers], shape: tuple[int, int, int, int]
) -> str:
    """A convolution with the scale and shift that follow it, both folded into its weights."""
    entering, leaving, side, stride = shape
    weights, scaling = next(tensors), next(tensors)
    count = entering * leaving * side * side
    scale, shift = scaling[:leaving], scaling[leaving:]
    filters = weights[:count].reshape(leaving, entering, side, side) * scale.reshape(-1, 1, 1, 1)
    bias = weights[count:] * scale + shift
    edge = side // 2 if stride == 1 else 0
    inputs = [now, network.weights(filters), network.weights(bias)]
    return network.step("Conv", inputs, strides=(stride, stride), pads=4 * (edge,))


def _grown(network: Network, now: str, channels: int, pixels: int) -> str:
    """Filled up with zeros at the end: dlib adds what differs in size so."""
    if not channels and not pixels:
        return now
    sizes = np.array((0, 0, 0, 0, 0, channels, pixels, pixels), np.int64)
    return network.step("Pad", [now, network.weights(sizes)])
