"""records: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0021_records"
down_revision = "0020_accounts"


def upgrade() -> None:
    op.execute(revision_sql(revision))
