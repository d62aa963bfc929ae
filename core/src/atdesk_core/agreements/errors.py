"""What can go wrong with agreements."""


class AgreementError(Exception):
    """Nothing was signed, recorded or put in force. The message says why and what to do."""
