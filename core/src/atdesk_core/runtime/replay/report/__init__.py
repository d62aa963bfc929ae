"""The report of a replay: what was seen when, and why, on one page."""

from atdesk_core.runtime.replay.report.page import render, write_report

__all__ = ["render", "write_report"]
