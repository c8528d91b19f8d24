"""Test sends, their audit, the days of the statistics."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    gate = op.create_table(
        "gate",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("frozen", sa.Boolean, nullable=False),
        sa.CheckConstraint("id = 1", name="gate_has_one_row"),
    )
    op.bulk_insert(gate, [{"id": 1, "frozen": False}])
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
    )
    op.create_table(
        "send",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("token_mark", sa.Text, nullable=False, unique=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("number_name", sa.Text, nullable=False),
        sa.Column("number_mark", sa.Text, nullable=False),
        sa.Column("number_masked", sa.Text, nullable=False),
        sa.Column("template", sa.BigInteger, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("segments", sa.Integer, nullable=False),
        sa.Column("drafted", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("confirmed", sa.BigInteger),
        sa.Column("sending", sa.BigInteger),
        sa.Column("settled", sa.BigInteger),
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("billed", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("arrival", sa.Text, nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("received", sa.BigInteger),
    )
    op.create_index("send_confirmed", "send", ["confirmed"])
    op.create_table(
        "day",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("asked", sa.BigInteger, nullable=False),
    )
