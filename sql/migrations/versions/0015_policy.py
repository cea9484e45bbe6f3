"""issues by stocking place, and inventory policies: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0015_policy"
down_revision = "0014_explanations"


def upgrade() -> None:
    op.execute(revision_sql(revision))
