"""The figures of atdesk: `python -m benchmarks --list`. Never part of the tests, and never timed in them."""
