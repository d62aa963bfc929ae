"""Real models on a machine that does other things, too: what is waited for may take its time."""

from collections.abc import Iterator

import pytest
from playwright.async_api import expect

USUAL_MS, PATIENT_MS = 5_000, 20_000


@pytest.fixture(scope="package", autouse=True)
def _patience() -> Iterator[None]:
    expect.set_options(timeout=PATIENT_MS)
    yield
    expect.set_options(timeout=USUAL_MS)
