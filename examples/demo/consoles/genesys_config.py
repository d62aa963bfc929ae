"""The tables of Genesys Cloud and of Zoom, pointed at their simulators."""

from pathlib import Path

from atdesk_genesys.simulator import GenesysSimulator
from atdesk_zoom.simulator import ZoomSimulator
from examples.demo.setting import ORGANISATION, secret


def tables(folder: Path, genesys: GenesysSimulator, zoom: ZoomSimulator) -> str:
    """As they stand in atdesk.toml."""
    mine = zoom.credentials
    return f"""\
[state]
authority = "genesys"

[[sign_in]]
provider = "genesys"
label = "Genesys Cloud, played on this machine"
tenant = "{ORGANISATION}"
client_id = "{genesys.sign_in.client.id}"
login_url = "{genesys.base_url}"
api_url = "{genesys.base_url}"

[[genesys]]
name = "genesys"
tenant = "{ORGANISATION}"
base_url = "{genesys.base_url}"
client_id = "{genesys.client_id}"
client_secret = {secret(folder, "genesys")}
group_chat_webhook = {secret(folder, "webhook")}

[[zoom]]
name = "zoom"
tenant = "{mine.account_id}"
inside_domains = ["example.com"]

[zoom.app]
client_id = "{mine.client_id}"
client_secret = {secret(folder, "rtms")}
webhook_secret = {secret(folder, "events")}

[zoom.server]
client_id = "{mine.s2s_client_id}"
client_secret = {secret(folder, "server")}

[zoom.chatbot]
client_id = "{mine.chatbot_client_id}"
client_secret = {secret(folder, "chatbot")}
webhook_secret = {secret(folder, "bot")}
robot_jid = "{mine.robot_jid}"
user_jid = "{mine.bot_user_jid}"
lead_channel = "leads@conference.xmpp.zoom.us"
channels_private = true

[zoom.simulator]
base_url = "{zoom.base_url}"
ca_file = "{zoom.ca_file.as_posix()}"
"""
