"""The tables `[[sign_in]]`, `[roles]` and `[console]`: what is taken, and what is refused in which words."""

from pathlib import Path

import pytest

from atdesk_core.runtime.config import Config, load_config
from atdesk_sdk import ConfigError

ENTRA = """
[[sign_in]]
provider = "entra"
tenant = "11111111-2222-4333-8444-555555555555"
client_id = "a"
client_secret = "env:X"
"""
GENESYS = """
[[sign_in]]
provider = "genesys"
tenant = "acme"
client_id = "a"
domain = "mypurecloud.ie"
"""


def read(folder: Path, text: str) -> Config:
    path = folder / "atdesk.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, {})


def test_ways_to_sign_in_are_read_with_what_goes_without_saying(tmp_path: Path) -> None:
    config = read(tmp_path, ENTRA + GENESYS + '[roles]\nreviewers = ["7"]\nauditors = ["7", "8"]\n')

    entra, genesys = config.sign_in
    assert (entra.key, entra.shown, entra.account_platform) == ("entra", "Microsoft", "teams")
    assert (genesys.key, genesys.shown, genesys.account_platform) == ("genesys", "Genesys Cloud", "genesys")
    assert config.roles.everybody == ("7", "8")


def test_consoles_are_named_or_written_out(tmp_path: Path) -> None:
    names = '["genesys", "teams", "zoom", "https://crm.example", "http://127.0.0.1:*"]'
    origins = read(tmp_path, f"[console]\nframe_ancestors = {names}\n").console.origins

    assert "https://apps.mypurecloud.de" in origins
    assert "https://*.teams.microsoft.com" in origins
    assert "https://*.zoom.us" in origins
    assert origins[-2:] == ("https://crm.example", "http://127.0.0.1:*")


DEMO = '[[sign_in]]\nprovider = "demo"\n'


def test_a_demo_signs_in_on_this_machine_where_it_says_that_it_is_one(tmp_path: Path) -> None:
    config = read(tmp_path, "[service]\ndemo = true\n" + DEMO)

    assert config.sign_in[0].key == "demo"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (DEMO, "demo = true"),
        ('[service]\ndemo = true\nhost = "0.0.0.0"\n' + DEMO, "127.0.0.1"),
        ('[service]\ndemo = true\nhost = "0.0.0.0"\n', "127.0.0.1"),
        ('[service]\npublic_url = "http://desk.example"\n' + ENTRA, "https://"),
        (ENTRA + ENTRA, "give each an id"),
        (ENTRA.replace('client_id = "a"\n', ""), "entra needs client_id"),
        (ENTRA.replace('tenant = "11111111-2222-4333-8444-555555555555"\n', ""), "entra needs tenant"),
        (ENTRA.replace('"env:X"', '"hunter2"'), "by reference"),
        (GENESYS.replace('domain = "mypurecloud.ie"\n', ""), "genesys needs domain"),
        (GENESYS + 'client_secret = "env:X"\n', "leave client_secret out"),
        ('[[sign_in]]\nprovider = "zoom"\ntenant = "a"\nclient_id = "b"\n', "zoom needs client_secret"),
        ('[[sign_in]]\nprovider = "oidc"\ntenant = "a"\nclient_id = "b"\n', "oidc needs issuer"),
        (
            '[[sign_in]]\nprovider = "oidc"\ntenant = "a"\nclient_id = "b"\nissuer = "http://x.example"\n',
            "https://",
        ),
        ('[[sign_in]]\nprovider = "okta"\n', "provider"),
        ('[[sign_in]]\nprovider = "entra"\nid = "../x"\n', "id"),
        ('[console]\nframe_ancestors = ["*"]\n', "neither a console we know"),
        ('[console]\nframe_ancestors = ["https://x.example; script-src *"]\n', "neither a console we know"),
        ('[roles]\nadmins = ["7"]\n', "admins"),
    ],
)
def test_what_would_let_in_somebody_else_is_refused_with_the_way_out(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(ConfigError, match="(?s)" + words.replace(".", r"\.")):
        read(tmp_path, text)


def test_no_secret_is_ever_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, ENTRA.replace('"env:X"', '"hunter2"'))

    assert "hunter2" not in str(refused.value)
