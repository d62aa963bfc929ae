"""Numbers of a model that are none.

A row of NaN is no evidence that nobody is there. So it is not left out of the outcome: the picture counts
as one that could not be read.
"""

import numpy as np
import numpy.typing as npt


class BrokenModel(Exception):
    """A model gave something else than numbers. The message names it."""


def finite(numbers: npt.NDArray[np.floating], model: str) -> npt.NDArray[np.floating]:
    """The same numbers.

    Args:
        numbers: What a model gave.
        model: Its name, for the message.

    Raises:
        BrokenModel: One of them is NaN or infinite.
    """
    if not np.isfinite(numbers).all():
        raise BrokenModel(f"{model} gave numbers that are none")
    return numbers
