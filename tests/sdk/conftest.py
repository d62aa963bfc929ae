"""Modules of this folder that set VIRTUAL_TIME run their tests in virtual time."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from atdesk_sdk.testing import VirtualTimeLoop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    module = item.getparent(pytest.Module)
    virtual = module is not None and getattr(module.obj, "VIRTUAL_TIME", False)
    return {"virtual_time": VirtualTimeLoop} if virtual else {"real_time": asyncio.new_event_loop}
