"""The tables of Microsoft Teams, pointed at its simulator."""

from pathlib import Path

from atdesk_teams.simulator import TeamsSimulator
from examples.demo.setting import secret


def tables(folder: Path, teams: TeamsSimulator) -> str:
    """As they stand in atdesk.toml."""
    bot = teams.bot.announcement()
    return f"""\
[state]
authority = "teams"

[[teams]]
name = "teams"
tenant = "{teams.tenant_id}"
client_id = "{teams.client_id}"
client_secret = {secret(folder, "teams")}
authority = "{teams.base_url}"
graph_url = "{teams.graph_url}"
ca_file = "{teams.ca_file.as_posix()}"
poll_s = 1.0
write_every_s = 0.0
state_dir = "{(folder / "teams").as_posix()}"
bot_id = "{bot["bot_id"]}"
bot_openid_url = "{teams.base_url}/botframework/v1/.well-known/openidconfiguration"
service_url = "{bot["service_url"]}"
service_hosts = ["localhost"]
team_id = "{bot["team_id"]}"
channel_id = "{bot["channel_id"]}"
channels_private = true
"""
