"""Who is signed in: one OIDC client, cookies for leads, tokens bound to a tab for the agent's page."""

from atdesk_core.web.sign_in.guard import LiveGuard
from atdesk_core.web.sign_in.origins import Origins, is_loopback
from atdesk_core.web.sign_in.provider import OwnToken
from atdesk_core.web.sign_in.roles import RoleBook
from atdesk_core.web.sign_in.tokens import SignIn, TokenBook, tab_hash
from atdesk_core.web.sign_in.under_way import is_page
from atdesk_core.web.sign_in.who import NotAllowed, NotSignedIn, Role, Who

__all__ = [
    "LiveGuard",
    "NotAllowed",
    "NotSignedIn",
    "Origins",
    "OwnToken",
    "Role",
    "RoleBook",
    "SignIn",
    "TokenBook",
    "Who",
    "is_loopback",
    "is_page",
    "tab_hash",
]
