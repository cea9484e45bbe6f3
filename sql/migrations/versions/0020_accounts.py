"""accounts: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0020_accounts"
down_revision = "0019_month_statistics"


def upgrade() -> None:
    op.execute(revision_sql(revision))
