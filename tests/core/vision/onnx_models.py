"""Small real ONNX files: encoders that compare what a face looks like, and every kind that is none."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from atdesk_core.vision.models.brought import BroughtEncoder

SIDE = 112
OPSET = 13
"""Old enough for every onnxruntime that core allows."""

SQUARE = (1, 3, SIDE, SIDE)
Nodes = Sequence[onnx.NodeProto]


def network(
    nodes: Nodes,
    *,
    takes: Sequence[int | str | None] = SQUARE,
    kind: int = TensorProto.FLOAT,
    weights: Sequence[onnx.TensorProto] = (),
    more_inputs: Sequence[str] = (),
) -> bytes:
    """A network from `face` to `vector`."""
    inputs = [helper.make_tensor_value_info("face", kind, list(takes))]
    inputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in more_inputs]
    output = helper.make_tensor_value_info("vector", TensorProto.FLOAT, None)
    graph = helper.make_graph(list(nodes), "encoder", inputs, [output], list(weights))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    return bytes(made.SerializeToString())


def looks(cell: int = 7) -> Nodes:
    """Means of square cells, each colour freed of brightness and contrast: alike where faces look alike."""
    return (
        helper.make_node("InstanceNormalization", ["face", "ones", "zeros"], ["even"]),
        helper.make_node("AveragePool", ["even"], ["cells"], kernel_shape=[cell, cell], strides=[cell, cell]),
        helper.make_node("Flatten", ["cells"], ["vector"]),
    )


def looking(takes: Sequence[int | str | None] = SQUARE) -> bytes:
    """A working encoder: 768 numbers of a face of 112 x 112."""
    weights = [tensor("ones", np.ones(3)), tensor("zeros", np.zeros(3))]
    return network(looks(), takes=takes, weights=weights)


def pixels(side: int) -> bytes:
    """Its numbers are the input itself."""
    return network([helper.make_node("Flatten", ["face"], ["vector"])], takes=(1, 3, side, side))


def broken(number: float) -> bytes:
    """Every number of its answer is this one."""
    flat = helper.make_node("Flatten", ["face"], ["flat"])
    times = helper.make_node("MatMul", ["flat", "weights"], ["nothing"])
    plus = helper.make_node("Add", ["nothing", "number"], ["vector"])
    weights = [tensor("weights", np.zeros((3 * SIDE * SIDE, 64))), tensor("number", np.array([number]))]
    return network([flat, times, plus], weights=weights)


def tensor(name: str, values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> onnx.TensorProto:
    """Weights."""
    return numpy_helper.from_array(values.astype(np.float32), name)


def brought(folder: Path, model: bytes, **settings: object) -> BroughtEncoder:
    """The model as an operator brings it: file, sha256 and licence."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.onnx").write_bytes(model)
    (folder / "LICENCE.txt").write_text("Licence of the tests\n\nFor the tests alone.\n", encoding="utf-8")
    given = {
        "path": folder / "own.onnx",
        "sha256": hashlib.sha256(model).hexdigest(),
        "licence_file": folder / "LICENCE.txt",
        "name": "own",
    }
    return BroughtEncoder.model_validate(given | settings)
