"""Sign-in of a demo: one picks who one is. The configuration refuses it anywhere but on this machine."""

from urllib.parse import quote, urlsplit

from atdesk_core.runtime.sign_in_config import SignInTable
from atdesk_core.web.sign_in.provider import Flow, Found, SignInRefused
from atdesk_core.web.sign_in.roles import RoleBook
from atdesk_sdk import AccountRef


class DemoProvider:
    """Implements `Provider` without any proof.

    Args:
        table: Checked.
        roles: Who is known.
    """

    def __init__(self, table: SignInTable, roles: RoleBook) -> None:
        self.key, self.label = table.key, table.shown
        self._roles = roles

    async def begin(self, flow: Flow) -> str:
        """A page of ours that asks who one is."""
        here = urlsplit(flow.redirect_uri)
        return f"{here.scheme}://{here.netloc}/sign-in/{self.key}/people?state={quote(flow.state)}"

    async def finish(self, flow: Flow, code: str) -> Found:
        """The code is the id of a person."""
        if not self._roles.roles_of(code):
            raise SignInRefused("no_identity")
        return Found(AccountRef("demo", "demo", code), person_id=code)
