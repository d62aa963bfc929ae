"""The manifest of the app. Pure: what is wanted in, a JSON object out."""

from __future__ import annotations

import uuid
from typing import Any, Final

from atdesk_teams.app_package.wanted import Wanted

COLOUR: Final = "color.png"
OUTLINE: Final = "outline.png"
VERSION: Final = "1.19"
PREVIEW: Final = "devPreview"
_SHORT: Final = "What is looked at at your desk, and how to stop it"
_FULL: Final = (
    "atdesk checks, in the calls and meetings you already have, whether you are at your desk. This app shows "
    "you what was looked at and why, lets you pause it with one click, dispute what it says, and tells you "
    "before your lead sees anything. Leads get its flags as cards in their channel."
)
_EFFECT_FULL: Final = (
    "A video effect that changes nothing in your picture: while you have chosen it, atdesk on this computer "
    "can look at a few small copies of the video that you send to a meeting. The pictures stay on this "
    "computer."
)
_EFFECT_PERMISSIONS: Final = ("CameraStream.Read.User", "OutgoingVideoStream.Write.User")


def manifest(wanted: Wanted) -> dict[str, Any]:
    """The object that goes into `manifest.json`."""
    return _common(wanted) | (_effect(wanted) if wanted.effect else _page_and_bot(wanted))


def schema_name(wanted: Wanted) -> str:
    """Which of Microsoft's schemas it has to keep to."""
    return "vDevPreview" if wanted.effect else f"v{VERSION}"


def _common(wanted: Wanted) -> dict[str, Any]:
    schema = schema_name(wanted)
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/{schema}/MicrosoftTeams.schema.json",
        "manifestVersion": PREVIEW if wanted.effect else VERSION,
        "version": wanted.version,
        "id": wanted.app_id,
        "developer": {
            "name": wanted.developer,
            "websiteUrl": wanted.base,
            "privacyUrl": wanted.privacy_url,
            "termsOfUseUrl": wanted.terms_url,
        },
        "name": {"short": wanted.name, "full": wanted.name},
        "description": {"short": _SHORT, "full": _EFFECT_FULL if wanted.effect else _FULL},
        "icons": {"color": COLOUR, "outline": OUTLINE},
        "accentColor": "#2C6E5D",
        "validDomains": [wanted.domain],
        "webApplicationInfo": {"id": wanted.client_id, "resource": wanted.resource},
    }


def _page_and_bot(wanted: Wanted) -> dict[str, Any]:
    tab = {
        "entityId": "desk",
        "name": wanted.name,
        "contentUrl": f"{wanted.base}/me/?host=teams",
        "websiteUrl": f"{wanted.base}/me/",
        "scopes": ["personal"],
    }
    page: dict[str, Any] = {"staticTabs": [tab], "permissions": ["identity"], "devicePermissions": ["media"]}
    if not wanted.bot_id:
        return page
    bot = {"botId": wanted.bot_id, "scopes": ["team", "personal"], "supportsFiles": False}
    return page | {"bots": [bot], "permissions": ["identity", "messageTeamMembers"]}


def _effect(wanted: Wanted) -> dict[str, Any]:
    """The filter has an id of its own, which stays the same as long as the app's does."""
    own_id = str(uuid.uuid5(uuid.UUID(wanted.app_id), "video filter"))
    granted = [{"name": name, "type": "Delegated"} for name in _EFFECT_PERMISSIONS]
    return {
        "meetingExtensionDefinition": {
            "videoFilters": [{"id": own_id, "name": wanted.name, "thumbnail": COLOUR}],
            "videoFiltersConfigurationUrl": f"{wanted.base}/me/effect/",
        },
        "authorization": {"permissions": {"resourceSpecific": granted}},
    }
