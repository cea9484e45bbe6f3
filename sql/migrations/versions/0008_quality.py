"""quality: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0008_quality"
down_revision = "0007_operations"


def upgrade() -> None:
    op.execute(revision_sql(revision))
