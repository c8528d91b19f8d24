"""Digests and alerts: what was posted, what is planned, what holds, what was seen."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posting",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("lease_until", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_claimed", sa.BigInteger, nullable=False),
        sa.Column("begun", sa.BigInteger),
        sa.Column("settled", sa.BigInteger),
        sa.Column("ts", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("posting_channel", "posting", ["kind", "channel", "what"])
    op.create_table(
        "plan",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("days", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("accounts", sa.Text, nullable=False),
        sa.Column("catch_up", sa.Integer, nullable=False),
        sa.Column("since", sa.BigInteger),
        sa.Column("on", sa.Boolean, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
    )
    op.create_table(
        "pause",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
    )
    op.create_table(
        "episode",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("opened", sa.BigInteger, nullable=False),
        sa.Column("closed", sa.BigInteger),
        sa.Column("told", sa.BigInteger),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
    )
    op.create_table(
        "hour",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("begins", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("asked", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "review",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger),
    )
    op.create_table(
        "look",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("looked", sa.BigInteger),
    )
