"""How long is waited for what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds.

    Attributes:
        hello_s: For the first message.
        ping_s: From one ping to the next while a look is open.
        silent_s: Without any message, once something was asked for, the sender counts as gone.
        reauth_s: So long before a token ends a newer one is asked for.
        recheck_s: The clock of tokens may jump; the end of one is looked for this often at least.
        send_s: For one message to leave.
    """

    hello_s: float = 5.0
    ping_s: float = 3.0
    silent_s: float = 8.0
    reauth_s: float = 60.0
    recheck_s: float = 15.0
    send_s: float = 5.0
