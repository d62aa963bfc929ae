"""A model of the list, opened in onnxruntime the way a worker needs it."""

from pathlib import Path

import onnxruntime


def opened(model: Path | bytes) -> onnxruntime.InferenceSession:
    """One thread, and memory given back rather than planned ahead: fifty megabytes less, not slower."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    given = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
