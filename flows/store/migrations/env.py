"""What Alembic runs: the migrations, on the connection and in the transaction of ``flows.store.schema``."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], target_metadata=context.config.attributes["tables"]
)
context.run_migrations()
