"""The whole service of a site with Teams alone, in a process of its own, until somebody kills it.

python -m tests.end_to_end.teams_process FOLDER DESCRIPTION; it prints its address once it serves.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atdesk_core.runtime.sign_in_config import SignInTable
from atdesk_sdk import AccountRef
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import account
from tests.end_to_end.test_teams_only import PAGE, GreyEyes, OneTenantOffice


def described(office: OneTenantOffice) -> str:
    """What another process needs to open the same office."""
    return json.dumps(
        {
            "links": {one: [ref.platform, ref.tenant, ref.external_id] for one, ref in office.links.items()},
            "sign_in": [one.model_dump(mode="json", exclude_unset=True) for one in office.sign_in],
            "table": office.table,
        }
    )


def office_from(folder: Path, given: Mapping[str, Any]) -> OneTenantOffice:
    """The office of a description."""
    return OneTenantOffice(
        folder,
        ScriptedPlatform([account("ann"), account("lee")], time.time),
        policy=PAGE,
        eyes=GreyEyes(),
        links={one: AccountRef(*ref) for one, ref in given["links"].items()},
        sign_in=tuple(SignInTable.model_validate(one) for one in given["sign_in"]),
        table=given["table"],
    )


async def serve(office: OneTenantOffice) -> None:
    """Be at work for ever."""
    async with office.at_work() as door:
        sys.stdout.write(f"{door.pages.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(office_from(Path(sys.argv[1]), json.loads(sys.argv[2]))))
