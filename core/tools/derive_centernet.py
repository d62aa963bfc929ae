"""Makes the CenterNet that is shipped out of the published conversion: the same weights, an eighth cheaper.

    python core/tools/derive_centernet.py centernet_mobilenetv3_512.onnx centernet_mobilenetv3_512_fused.onnx

Each hard sigmoid, four nodes in the conversion, becomes the one operator that onnxruntime has for it, and the
size of the input is left free, so that a part of a picture costs less. The script needs the package onnx; the
product does not.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, helper, numpy_helper

_CELLS, _SIDES = 128, 4


class Graph:
    """The nodes of a model, by what they give and who takes it."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.graph = model.graph
        self.constants = {one.name: one for one in self.graph.initializer}
        self.giver = {name: node for node in self.graph.node for name in node.output}

    def takers(self, name: str) -> list[NodeProto]:
        """Nodes that take this value."""
        return [node for node in self.graph.node if name in node.input]

    def constant(self, value: object) -> onnx.TensorProto:
        """The one constant of this value."""
        found: onnx.TensorProto
        (found,) = (one for one in self.graph.initializer if numpy_helper.to_array(one).tolist() == value)
        return found

    def variable(self, node: NodeProto) -> str:
        """The input of a node that is no constant."""
        (name,) = (str(one) for one in node.input if one not in self.constants)
        return name

    def put(self, node: NodeProto, before: NodeProto) -> None:
        """Add a node."""
        self.graph.node.insert(list(self.graph.node).index(before), node)


def fuse(graph: Graph) -> int:
    """Put HardSigmoid in the place of add, clip and multiply. Returns how many there were."""
    clips = [node for node in graph.graph.node if node.op_type == "Clip"]
    for clip in clips:
        _fuse_one(graph, clip)
    used = {name for node in graph.graph.node for name in node.input}
    for constant in [one for one in graph.graph.initializer if one.name not in used]:
        graph.graph.initializer.remove(constant)
    return len(clips)


def _fuse_one(graph: Graph, clip: NodeProto) -> None:
    add = graph.giver[clip.input[0]]
    source = graph.variable(add)
    (product,) = graph.takers(clip.output[0])
    factor = next(name for name in product.input if name != clip.output[0])
    swish = factor not in graph.constants
    gate = f"{clip.output[0]}/gate" if swish else product.output[0]
    gone = [add, clip, product]
    graph.put(helper.make_node("HardSigmoid", [source], [gate], alpha=1 / 6, beta=0.5), clip)
    if swish:
        scaled = graph.giver[factor]
        if graph.variable(scaled) != source:
            raise SystemExit(f"{clip.name} is no hard swish: this is another conversion")
        graph.put(helper.make_node("Mul", [source, gate], [product.output[0]]), product)
        gone.append(scaled)
    for node in gone:
        graph.graph.node.remove(node)


def free_size(graph: Graph) -> None:
    """Any height and width that 32 divides, where the conversion counts on 512 by 512.

    That is the list of all boxes, and the width of the grid, by which a cell's number tells row and column.
    """
    height, width = graph.graph.input[0].type.tensor_type.shape.dim[1:3]
    height.dim_param, width.dim_param = "height", "width"
    boxes = graph.constant([_CELLS * _CELLS, _SIDES])
    boxes.CopyFrom(numpy_helper.from_array(np.array([-1, _SIDES], np.int64), boxes.name))
    across = graph.constant(_CELLS)
    for node in graph.takers(across.name):
        node.input[list(node.input).index(across.name)] = "grid/across"
    graph.graph.initializer.remove(across)
    for node in reversed(_across(graph, graph.graph.input[0].name)):
        graph.graph.node.insert(0, node)


def _across(graph: Graph, picture: str) -> list[NodeProto]:
    """Cells in a row of the grid: the width of the picture, of which each cell has four pixels."""
    column, pixels = "grid/column", "grid/pixels_in_a_cell"
    for name, number in ((column, [2]), (pixels, [4])):
        graph.graph.initializer.append(numpy_helper.from_array(np.array(number, np.int64), name))
    return [
        helper.make_node("Shape", [picture], ["grid/shape"]),
        helper.make_node("Gather", ["grid/shape", column], ["grid/width"], axis=0),
        helper.make_node("Div", ["grid/width", pixels], ["grid/cells"]),
        helper.make_node("Cast", ["grid/cells"], ["grid/cells_32"], to=onnx.TensorProto.INT32),
        helper.make_node("Squeeze", ["grid/cells_32"], ["grid/across"]),
    ]


def main() -> None:
    """Read, change, check, write."""
    given, made = (Path(name) for name in sys.argv[1:])
    model = onnx.load(str(given))
    graph = Graph(model)
    count = fuse(graph)
    free_size(graph)
    onnx.checker.check_model(model)
    onnx.save(model, str(made))
    print(f"{made}: {count} hard sigmoids fused")


if __name__ == "__main__":
    main()
