"""For all tests: how Hypothesis picks examples, how a database gets its tables, which file is begun first."""

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import settings

from atdesk_core.store import store as of_the_store
from atdesk_core.store.migrating import migrate
from tests.database_template import MigratedOnce

# What stands on main passes again for whoever tries it: `make test` takes the same examples each time.
# `make test-long` takes others each time, and a fault that it finds becomes an example of its own.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("chance", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session", autouse=True)
def migrated_once() -> Iterator[None]:
    """The migrations run once a process; see `tests.database_template`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(of_the_store, "migrate", MigratedOnce(migrate))
        yield


@pytest.hookimpl(trylast=True)  # the folders have marked theirs
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several processes, files marked `early` come first, then those with many tests.

    A file stays in one process: a long one that is begun last leaves the other processes idle at the end.
    """
    if not hasattr(config, "workerinput"):
        return
    tests = Counter(item.path for item in items)
    early = {item.path for item in items if item.get_closest_marker("early")}
    items.sort(key=lambda item: (item.path not in early, -tests[item.path]))
