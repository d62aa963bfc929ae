"""The simulated account's secrets, where a configuration finds them."""

from __future__ import annotations

import pytest

from atdesk_zoom.simulator import Credentials


@pytest.fixture(autouse=True)
def secrets_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Credentials()
    monkeypatch.setenv("ZOOM_TEST_APP", mine.client_secret)
    monkeypatch.setenv("ZOOM_TEST_EVENTS", mine.webhook_secret)
    monkeypatch.setenv("ZOOM_TEST_SERVER", mine.s2s_client_secret)
    monkeypatch.setenv("ZOOM_TEST_CHATBOT", mine.chatbot_client_secret)
