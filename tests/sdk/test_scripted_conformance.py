"""The kit runs on the scripted adapter, in virtual time."""

import pytest

from atdesk_sdk.testing import AdapterCase, AdapterConformance
from tests.sdk.story import scripted_case

VIRTUAL_TIME = True


class TestScriptedAdapter(AdapterConformance):
    @pytest.fixture
    async def case(self) -> AdapterCase:
        return scripted_case()
