"""The kit that an adapter's author subclasses, with one fixture.

    class TestAcme(AdapterConformance):
        @pytest.fixture
        async def case(self) -> AsyncIterator[AdapterCase]:
            async with AcmeSimulator() as acme:
                yield AdapterCase(make=lambda: AcmeAdapter(acme.config), accounts=acme.accounts)

Needs pytest and pytest-asyncio (`pip install atdesk-sdk[testing]`). With asyncio_mode "strict" the
fixture is a `pytest_asyncio.fixture`.
"""

import logging
from collections.abc import Iterator

import pytest

from atdesk_sdk.testing.conformance.case import AdapterCase
from atdesk_sdk.testing.conformance.channels import ChannelChecks, DigestChecks
from atdesk_sdk.testing.conformance.life import LifeChecks
from atdesk_sdk.testing.conformance.messages import FlagChecks, IngressChecks, NoticeChecks
from atdesk_sdk.testing.conformance.own_queue import OwnQueueChecks
from atdesk_sdk.testing.conformance.states import StateChecks
from atdesk_sdk.testing.conformance.video import VideoChecks
from atdesk_sdk.testing.conformance.writing import WriteChecks

__all__ = ["AdapterCase", "AdapterConformance"]


@pytest.mark.asyncio
class AdapterConformance(
    LifeChecks,
    StateChecks,
    WriteChecks,
    OwnQueueChecks,
    VideoChecks,
    FlagChecks,
    DigestChecks,
    ChannelChecks,
    NoticeChecks,
    IngressChecks,
):
    """Everything the contract asks of an adapter. Override the fixture `case`, nothing else."""

    @pytest.fixture
    def case(self) -> AdapterCase:
        """The adapter and its platform; see `AdapterCase` for what each part makes possible."""
        raise NotImplementedError("override the fixture `case` of AdapterConformance")

    @pytest.fixture(autouse=True)
    def no_secret_is_logged(self, case: AdapterCase, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        """Whatever a check does, none of `case.secrets` gets into a log line."""
        with caplog.at_level(logging.INFO):
            yield
        leaked = [record.name for record in caplog.get_records("call") if _holds(record, case)]
        assert not leaked, f"a secret was logged by {', '.join(leaked)}"


def _holds(record: logging.LogRecord, case: AdapterCase) -> bool:
    text = logging.Formatter().format(record)
    return any(secret in text for secret in case.secrets)
