"""What the adapter says it can do."""

from atdesk_sdk import Capabilities


def capabilities(*, private: bool = False, language: str = "en") -> Capabilities:
    """What the adapter can do.

    Args:
        private: Only leads are in the channels of the flags.
        language: Of the cards in these channels.
    """
    return Capabilities(
        looks_per_stream=1,
        flag_buttons=True,
        flag_edit=True,
        flag_private=private,
        flag_language=language,
        video_tells_people=True,
    )
