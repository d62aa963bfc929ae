"""What the doctor and the import of people make of `[[sign_in]]` and `[roles]`."""

from pathlib import Path

import pytest

from tests.core.cli.test_commands import CONFIG, POLICY
from tests.core.cli.typed import typed

SIGN_IN = """
[[sign_in]]
provider = "genesys"
tenant = "acme"
client_id = "page"
domain = "mypurecloud.ie"

[[sign_in]]
provider = "oidc"
tenant = "corp"
client_id = "page"
client_secret = "file:{secret}"
issuer = "http://127.0.0.1:9"

[roles]
reviewers = ["ann", "rae"]

[console]
frame_ancestors = ["teams"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("of the client", "utf-8")
    (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
    (tmp_path / "atdesk.toml").write_text(CONFIG + SIGN_IN.format(secret=tmp_path / "secret"), "utf-8")
    (tmp_path / "people.csv").write_text(
        "agent_id,name,team,site,genesys,oidc\nann,Ann Agent,support,home,g-1,o-1\n", "utf-8"
    )
    return tmp_path


def test_the_doctor_says_who_can_sign_in_what_does_not_answer_and_who_is_not_there(folder: Path) -> None:
    done = typed(folder, "agents", "import", "people.csv", "--confirm-by", "H. R.")
    assert done.status == 0, done.out + done.err

    said = " ".join(typed(folder, "doctor").out.split())

    assert "well sign-in genesys: 1 of 1 people have a confirmed account for it; register http" in said
    assert "/sign-in/genesys/callback there" in said
    assert "mend sign-in oidc: Single sign-on cannot be used: no answer" in said
    assert "mend roles: [roles] names rae, but nobody in the directory has that id" in said
    assert "well agent's page: 3 origins may frame the agent's page" in said
    assert "of the client" not in said


def test_the_doctor_names_a_secret_that_is_not_there(folder: Path) -> None:
    (folder / "secret").unlink()

    assert "mend  sign-in oidc: the secret file:" in typed(folder, "doctor").out
