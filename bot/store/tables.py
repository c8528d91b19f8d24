"""The tables, as they are today; bot/store/migrations tells how they came to be."""

import re
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
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# PostgreSQL keeps no NUL, and neither database half a character. Both can stand in the JSON of an answer.
UNKEEPABLE = re.compile(r"[\x00\ud800-\udfff]")


class Instant(TypeDecorator[datetime]):
    """An aware time, kept as microseconds since 1970: the same, and in the same order, in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 -- SQLAlchemy's
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's
        return None if value is None else EPOCH + value * MICROSECOND


class Words(TypeDecorator[str]):
    """A text of any length: what others write has none that we could rely on."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- SQLAlchemy's
        return None if value is None else keepable(value)


def keepable(text: str) -> str:
    """The text as every database keeps it."""
    return UNKEEPABLE.sub("\N{REPLACEMENT CHARACTER}", text)


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
    Column("person", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("details", Words, nullable=False),
    Column("before", Words, nullable=False),
    Column("seal", Words, nullable=False),
)

send = Table(
    "send",
    metadata,
    Column("id", Words, primary_key=True),
    Column("token_mark", Words, nullable=False, unique=True),
    Column("state", Words, nullable=False),
    Column("account", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("number_name", Words, nullable=False),
    Column("number_mark", Words, nullable=False),
    Column("number_masked", Words, nullable=False),
    Column("template", BigInteger, nullable=False),
    Column("signature", Words, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("drafted", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("parameters", Words, nullable=False),
    Column("confirmed", Instant),
    Column("sending", Instant),
    Column("settled", Instant),
    Column("serial", Words, nullable=False),
    Column("request_id", Words, nullable=False),
    Column("billed", Integer, nullable=False),
    Column("reason", Words, nullable=False),
    Column("arrival", Words, nullable=False),
    Column("receipt", Words, nullable=False),
    Column("received", Instant),
)
Index("send_confirmed", send.c.confirmed)

# What the API counted on a finished day of an account; `counts` is JSON, by the names of the values.
day = Table(
    "day",
    metadata,
    Column("account", Words, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("counts", Words, nullable=False),
    Column("asked", Instant, nullable=False),
)
