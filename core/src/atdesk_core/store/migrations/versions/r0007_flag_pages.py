"""Links to flag pages, who looked at them, and who covers for a lead."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""


def downgrade() -> None:
    """One step down."""
