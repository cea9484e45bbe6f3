"""operations: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0007_operations"
down_revision = "0006_external"


def upgrade() -> None:
    op.execute(revision_sql(revision))
