"""staging and core: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0003_staging_and_core"
down_revision = "0002_support"


def upgrade() -> None:
    op.execute(revision_sql(revision))
