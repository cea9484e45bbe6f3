"""branches: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0024_branches"
down_revision = "0022_listings"


def upgrade() -> None:
    op.execute(revision_sql(revision))
