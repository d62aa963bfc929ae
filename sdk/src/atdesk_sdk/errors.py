"""What an adapter raises, and what the engine then does.

    AdapterError
    +-- TryLater          later, by the engine's own schedule (or after `retry_after_s`)
    +-- CredentialsBad    not again until somebody changed the configuration
    +-- GiveUp            never again for this request; the rest goes on
    +-- OutcomeUnknown    it may have been done: look it up, or send it at most once more
    LookRefused           a look did not start or ended early, with its reason of `could_not_tell`
    ConfigError           the configuration names something that is not so

The adapter raises; the engine retries, and logs once when it goes down and once when it is back.
"""

from atdesk_sdk.findings import CouldNotTell


class AdapterError(Exception):
    """A request to a platform did not end well. The message names the thing and the way out."""

    retryable = False


class TryLater(AdapterError):
    """The platform is busy or out of reach.

    Args:
        message: What failed.
        retry_after_s: Seconds the platform asked us to wait; None when it did not say.
    """

    retryable = True

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class CredentialsBad(AdapterError):
    """The platform refuses who we are or what we may do. Say which permission or secret."""


class GiveUp(AdapterError):
    """The request can never succeed."""


class OutcomeUnknown(AdapterError):
    """The request went out and its answer was lost."""


class LookRefused(Exception):
    """No frames now. Never evidence of absence.

    Args:
        reason: What the look ends in.
        message: For the log.
    """

    def __init__(self, reason: CouldNotTell, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ConfigError(Exception):
    """A configuration that cannot be used. The message names the key and the way out."""
