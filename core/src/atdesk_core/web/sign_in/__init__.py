"""Who is signed in: one OIDC client, cookies for leads, tokens bound to a tab for the agent's page."""

from atdesk_core.web.sign_in.who import NotAllowed, NotSignedIn, Role, Who

__all__ = ["NotAllowed", "NotSignedIn", "Role", "Who"]
