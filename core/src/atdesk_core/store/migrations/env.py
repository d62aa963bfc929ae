"""Entry point that Alembic calls; the connection comes from `atdesk_core.store.migrating`."""

from alembic import context

from atdesk_core.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a column in place
)
context.run_migrations()
