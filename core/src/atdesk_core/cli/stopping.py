"""`atdesk stop-all`: no look from now on, over restarts, until it is lifted."""

import time
from pathlib import Path

from atdesk_core.cli.output import console
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.store import ALL_SITES, StopOrder, Store, Unit
from atdesk_sdk import ConfigError


def stop_all_command(path: Path, site: str, *, lift: bool) -> None:
    """Write the order, or lift it. A running service takes it up within a second or two."""
    config, _ = load_setting(path)
    known = {one.id for one in config.sites} | {ALL_SITES}
    if site not in known:
        raise ConfigError(
            f"there is no site {site!r}: {', '.join(sorted(known - {ALL_SITES}))} or none for all"
        )
    out = console()

    async def action(store: Store) -> None:
        now = time.time()
        standing = [one for one in await store.stop_orders() if one.site == site and one.lifted_at is None]
        if lift and not standing:
            out.print("No such stop stands.")
            return
        began = standing[0].at if standing else now
        order = StopOrder(site, began, now if lift else None)
        row = entry(LedgerKind.STOP_ALL, now, site, None, {"what": "lifted" if lift else "ordered"})
        await store.commit(Unit(stop_orders=(order,), ledger=(row,)))
        where = "everywhere" if site == ALL_SITES else f"at {site}"
        out.print(
            f"Looks are allowed again {where}." if lift else f"No look {where} from now on, until --lift."
        )

    leave(act(config.service.database, out, action))
