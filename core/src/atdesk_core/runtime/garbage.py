"""Python's search for garbage that holds itself in a circle: it stops the event loop for as long as it takes.

Sessions, events and frames are freed as soon as nobody holds them; what is left in circles is little, and
most of it is found among what is young. So what a started service has made once is never searched again, and
everything together seldom.
"""

import gc

_YOUNG, _OLDER, _ALL = 20_000, 20, 100
"""So many new objects, then the young are searched; every so often the older too, and every so often all."""


def search_seldom() -> None:
    """Call it once the service has started: a full search then took 50 to 170 ms, every ten seconds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _ALL)
