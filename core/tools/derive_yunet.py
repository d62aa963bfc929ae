"""Makes the YuNet that is shipped out of the published one: the same graph and weights, for any size.

    python core/tools/derive_yunet.py face_detection_yunet_2023mar.onnx face_detection_yunet_2023mar_any.onnx

The published file declares an input of 640 by 640, although every step of it takes any size that 32 divides;
onnxruntime holds a model to its declaration. The script needs the package onnx; the product does not.
"""

import sys
from pathlib import Path

import onnx


def free(model: onnx.ModelProto) -> None:
    """Declare height and width of the input, and so the number of anchors, as free."""
    del model.graph.value_info[:]
    height, width = model.graph.input[0].type.tensor_type.shape.dim[2:]
    height.dim_param, width.dim_param = "height", "width"
    for output in model.graph.output:
        output.type.tensor_type.shape.dim[1].dim_param = f"anchors_{output.name.rsplit('_', 1)[1]}"


def main() -> None:
    """Read, change, check, write."""
    given, made = (Path(name) for name in sys.argv[1:])
    model = onnx.load(str(given))
    free(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(made))
    print(f"{made}: any size that 32 divides")


if __name__ == "__main__":
    main()
