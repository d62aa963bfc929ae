"""Which exceptions are a person's to mend: those are one line, everything else is a fault of ours."""


def explain(error: Exception) -> str | None:
    """The line to print; None when it is no fault that somebody at the keyboard can mend."""
    from atdesk_core.agreements import AgreementError  # noqa: PLC0415  (only when something went wrong)
    from atdesk_core.identity import KeyRingError, SigningKeyError  # noqa: PLC0415
    from atdesk_core.store import StoreError  # noqa: PLC0415
    from atdesk_core.vision.encoder import EncoderUnavailable  # noqa: PLC0415
    from atdesk_core.vision.models import ModelRefused  # noqa: PLC0415
    from atdesk_sdk import AdapterError, ConfigError  # noqa: PLC0415

    ours = (
        AdapterError,
        AgreementError,
        ConfigError,
        EncoderUnavailable,
        KeyRingError,
        ModelRefused,
        SigningKeyError,
        StoreError,
    )
    return str(error) if isinstance(error, ours) else None
