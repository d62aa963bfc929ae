"""For all tests: how Hypothesis picks its examples."""

import os

from hypothesis import settings

# What stands on main passes again for whoever tries it: `make test` takes the same examples each time.
# `make test-long` takes others each time, and a fault that it finds becomes an example of its own.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("chance", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
