"""Makes the NanoDet that is shipped out of the published conversion: in whole numbers of 8 bits, any size.

    python core/tools/derive_nanodet.py nanodet_g_416.onnx nanodet_g_416_int8.onnx VIDEO...

Convolutions take half the time so, on a processor that multiplies such numbers by itself (VNNI); the range of
each value is taken from frames of the videos. Shipped is the one made of the sample footage of
the Zoom simulator and the demo, of which nothing is measured. The script needs the package onnx; the product
does not.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.nanodet import Numbers, letterboxed

EVERY = 25
"""So many frames of a video from one that is taken to the next."""


class Frames(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no annotations
    """What the model gets, of some frames of each video."""

    def __init__(self, name: str, videos: list[Path]) -> None:
        self._name = name
        self._frames = (frame for video in videos for frame in _some(video))

    def get_next(self) -> dict[str, Numbers] | None:
        """The next one; None at the end."""
        frame = next(self._frames, None)
        return None if frame is None else {self._name: letterboxed(frame)[0]}


def _some(video: Path) -> Iterator[Pixels]:
    capture, number = cv2.VideoCapture(str(video)), 0
    while (read := capture.read())[0]:
        if number % EVERY == 0:
            yield np.asarray(read[1], np.uint8)
        number += 1


def free(model: onnx.ModelProto) -> None:
    """Declare height and width of the input, and so the number of cells of each grid, as free."""
    height, width = model.graph.input[0].type.tensor_type.shape.dim[2:]
    height.dim_param, width.dim_param = "height", "width"
    for output in model.graph.output:
        output.type.tensor_type.shape.dim[1].dim_param = f"cells_{output.name}"


def main() -> None:
    """Read, change, write."""
    given, made, *videos = (Path(name) for name in sys.argv[1:])
    model = onnx.load(str(given))
    free(model)
    with tempfile.TemporaryDirectory() as folder:
        freed, ready = Path(folder) / "free.onnx", Path(folder) / "ready.onnx"
        onnx.save(model, str(freed))
        quant_pre_process(str(freed), str(ready), skip_symbolic_shape=True, skip_onnx_shape=True)
        quantize_static(
            str(ready),
            str(made),
            Frames(model.graph.input[0].name, videos),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv"],
        )
    print(f"{made}: whole numbers of 8 bits, any size that 32 divides")


if __name__ == "__main__":
    main()
