"""Commands as they are typed, in a folder with a configuration and policies."""

from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from atdesk_core.cli.faults import explain
from atdesk_core.cli.main import app
from atdesk_core.identity.signing import Signer

CONFIG = """
[[site]]
id = "madrid"
jurisdiction = "{code}"
time_zone = "Europe/Madrid"
policy = "madrid.toml"
"""
POLICY = 'site = "madrid"\naccountable = "A. Person"\n'


@dataclass
class Typed:
    """A folder in which commands are typed."""

    folder: Path
    code: str = "PE"

    def __post_init__(self) -> None:
        (self.folder / "atdesk.toml").write_text(CONFIG.format(code=self.code))
        self.says("")

    def says(self, more: str) -> None:
        """From now on the policy file says this."""
        for rule in ("absence", "different_person") if self.code != "PE" else ():
            table, purpose = f"[{rule}]\n", 'purpose = "Customers are answered."\n'
            more = more.replace(table, table + purpose) if table in more else more + table + purpose
        (self.folder / "madrid.toml").write_text(POLICY + more)

    def type(self, *words: str) -> tuple[int, str]:
        """Exit status and what was printed; a fault that a person can mend as its message."""
        result = CliRunner(env={"COLUMNS": "400"}).invoke(
            app, [*words, "--config", str(self.folder / "atdesk.toml")]
        )
        printed = " ".join(result.output.split())
        if isinstance(result.exception, Exception):
            message = explain(result.exception)
            if message is None:
                raise result.exception
            return 2, message
        return result.exit_code, printed

    def sign(self) -> str:
        """Sign the site's policy, as the person who answers for it."""
        status, printed = self.type(
            "policy", "sign", "site:madrid", "--by", "A. Person", "--reason", "agreed"
        )
        assert status == 0, printed
        return printed

    def council(self) -> Signer:
        """A works council with its public key on record."""
        signer = Signer.create(self.folder / "council.pem")
        (self.folder / "public.pem").write_bytes(signer.public_pem)
        where = str(self.folder / "public.pem")
        status, printed = self.type("policy", "council-key", "madrid", where, "--by", "H. R.")
        assert status == 0, printed
        assert signer.key_id in printed
        return signer
