"""The tables, as they are today; bot/store/migrations tells how they came to be."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware time, kept as microseconds since 1970: the same, and in the same order, in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 -- SQLAlchemy's
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's
        return None if value is None else EPOCH + value * MICROSECOND


metadata = MetaData()

# One row. Whoever writes sends or the audit locks it first, so that these are written one after the other.
gate = Table(
    "gate",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("frozen", Boolean, nullable=False),
    CheckConstraint("id = 1", name="gate_has_one_row"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("person", String(100), nullable=False),
    Column("channel", String(100), nullable=False),
    Column("action", String(40), nullable=False),
    Column("details", Text, nullable=False),
    Column("before", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
)

send = Table(
    "send",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("token_mark", String(64), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("account", String(100), nullable=False),
    Column("person", String(100), nullable=False),
    Column("channel", String(100), nullable=False),
    Column("number_name", String(200), nullable=False),
    Column("number_mark", String(64), nullable=False),
    Column("number_masked", String(40), nullable=False),
    Column("template", BigInteger, nullable=False),
    Column("signature", String(100), nullable=False),
    Column("segments", Integer, nullable=False),
    Column("drafted", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("confirmed", Instant),
    Column("sending", Instant),
    Column("settled", Instant),
    Column("serial", String(200), nullable=False),
    Column("request_id", String(200), nullable=False),
    Column("billed", Integer, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("arrival", String(20), nullable=False),
    Column("receipt", String(200), nullable=False),
    Column("received", Instant),
)
Index("send_confirmed", send.c.confirmed)

# What the API counted on a finished day of an account; `counts` is JSON, by the names of the values.
day = Table(
    "day",
    metadata,
    Column("account", String(100), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("counts", Text, nullable=False),
    Column("asked", Instant, nullable=False),
)
