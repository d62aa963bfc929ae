"""The benchmark writes what it says it wrote. No figure is asserted."""

from pathlib import Path

from atdesk_core.store import Store
from atdesk_core.store.benchmark import measure_commits


async def test_the_benchmark_counts_what_is_on_the_disk(path: Path) -> None:
    rates = await measure_commits(path, agents=10, units_each=3, ledger_rows_each=2)
    assert (rates.units, rates.ledger_rows) == (30, 60)
    assert rates.transactions < rates.units
    assert rates.units_per_s > 0 < rates.p95_s
    async with await Store.open(path) as store:
        bounds = await store.ledger_bounds()
        assert bounds is not None
        assert bounds.last_seq == 60
        assert len(await store.open_outbox()) == 30
