"""quality: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0009_quality"
down_revision = "0008_item_history"


def upgrade() -> None:
    op.execute(revision_sql(revision))
