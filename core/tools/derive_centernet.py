"""Makes the CenterNet that is shipped out of the published conversion: the same weights, an eighth cheaper.

    python core/tools/derive_centernet.py centernet_mobilenetv3_512.onnx centernet_mobilenetv3_512_fused.onnx

Each hard sigmoid, four nodes in the conversion, becomes the one operator that onnxruntime has for it. The
script needs the package onnx; the product does not.

A free height of the input, without the black band below a picture that is wider than tall, would save
another quarter. It was tried, and bodies that the lower edge cuts off are then lost more often.
"""

import sys
from pathlib import Path

import onnx
from onnx import NodeProto, helper


class Graph:
    """The nodes of a model, by what they give and who takes it."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.graph = model.graph
        self.constants = {one.name: one for one in self.graph.initializer}
        self.giver = {name: node for node in self.graph.node for name in node.output}

    def takers(self, name: str) -> list[NodeProto]:
        """Nodes that take this value."""
        return [node for node in self.graph.node if name in node.input]

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


def main() -> None:
    """Read, change, check, write."""
    given, made = (Path(name) for name in sys.argv[1:])
    model = onnx.load(str(given))
    graph = Graph(model)
    count = fuse(graph)
    onnx.checker.check_model(model)
    onnx.save(model, str(made))
    print(f"{made}: {count} hard sigmoids fused")


if __name__ == "__main__":
    main()
