"""Committed draws, where shifts come from, desk checks, and who leaves."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
