"""Sign-ins between their start and their end, in memory: each is good once, and for minutes."""

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from atdesk_core.web.sign_in.provider import Flow, OwnToken
from atdesk_core.web.sign_in.tokens import random_token

T = TypeVar("T")

START_S: Final = 600.0
"""So long somebody may take at the provider's."""
CODE_S: Final = 60.0
"""So long the page may take to exchange its one-time code."""
MOST: Final = 10_000
_TAB: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_BACK: Final = re.compile(
    r"/flags/[A-Za-z0-9_-]{1,128}(/[A-Za-z0-9_-]{1,128})?|/checks(/[A-Za-z0-9_-]{1,64})?"
)


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in that waits for the provider.

    Attributes:
        provider: Its key.
        flow: What was sent there.
        browser: Hash of what a cookie of the browser that began it holds.
        tab: Hash of the tab's secret; empty for a cookie session.
        back: Path of the page that is wanted; empty for a tab.
    """

    provider: str
    flow: Flow
    browser: bytes
    tab: str
    back: str

    def is_from(self, cookie: str) -> bool:
        """Whether this is the browser that began it: nobody is signed in by a link from elsewhere."""
        return hmac.compare_digest(self.browser, browser_hash(cookie))


@dataclass(frozen=True, slots=True)
class Handed:
    """Somebody who has signed in and whose tab has not asked for its token yet.

    Attributes:
        person_id: Who.
        tab: Hash of the tab's secret.
        own: Their access token at the platform.
    """

    person_id: str
    tab: str
    own: OwnToken | None = field(repr=False)


class Once(Generic[T]):
    """Values by a random key, each good for one taking and for a while. Bounded: the oldest go first.

    Args:
        now: Engine's clock.
        good_for_s: The while.
        most: How many at a time.
    """

    def __init__(self, now: Callable[[], float], good_for_s: float, most: int = MOST) -> None:
        self._now = now
        self._good_for_s = good_for_s
        self._most = most
        self._kept: OrderedDict[bytes, tuple[float, T]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, value: T, key: str | None = None) -> str:
        """Keep a value. Returns its key."""
        key = key or random_token()
        now = self._now()
        while self._kept and (len(self._kept) >= self._most or next(iter(self._kept.values()))[0] <= now):
            self._kept.popitem(last=False)
        self._kept[browser_hash(key)] = (now + self._good_for_s, value)
        return key

    def take(self, key: str) -> T | None:
        """The value, this once; None when there is none, or not any more."""
        until, value = self._kept.pop(browser_hash(key), (0.0, None))
        return value if self._now() < until else None


def browser_hash(value: str) -> bytes:
    """What memory keeps instead of a secret."""
    return hashlib.sha256(value.encode("utf-8", "replace")).digest()


def is_tab(value: str) -> bool:
    """Whether this can be the hash of a tab's secret."""
    return _TAB.fullmatch(value) is not None


def is_page(path: str) -> bool:
    """Whether people may be sent to this path after signing in: pages of flags and of desk checks alone."""
    return _BACK.fullmatch(path) is not None
