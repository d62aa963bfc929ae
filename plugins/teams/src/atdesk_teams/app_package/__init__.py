"""`atdesk teams package`: the zip that an administrator uploads to Teams."""

from atdesk_teams.app_package.build import build

__all__ = ["build"]
