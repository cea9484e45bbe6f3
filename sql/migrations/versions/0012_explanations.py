"""explanations: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0012_explanations"
down_revision = "0014_lake"


def upgrade() -> None:
    op.execute(revision_sql(revision))
