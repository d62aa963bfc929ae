"""What the agent's page and its sources of frames keep."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""


def downgrade() -> None:
    """One step down."""
