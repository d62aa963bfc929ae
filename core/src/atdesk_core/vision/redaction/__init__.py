"""A picture in which nobody but the enrolled agent can be known, or the reason why there is none."""

from atdesk_core.vision.redaction.outcome import Redacted, Refusal, Refused
from atdesk_core.vision.redaction.redacting import Eyes, redact

__all__ = ["Eyes", "Redacted", "Refusal", "Refused", "redact"]
