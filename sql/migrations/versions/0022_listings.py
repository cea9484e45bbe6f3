"""listings: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0022_listings"
down_revision = "0021_records"


def upgrade() -> None:
    op.execute(revision_sql(revision))
