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

# What Slack delivered and is not dealt with yet. `state`: open, or failed once it is given up. `payload` is JSON.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Words, primary_key=True),
    Column("received", Instant, nullable=False),
    Column("payload", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
)
Index("inbox_lease", inbox.c.state, inbox.c.lease_until)

# By what a delivery is known when it comes again.
inbox_key = Table(
    "inbox_key",
    metadata,
    Column("key", Words, primary_key=True),
    Column("parcel", Words, nullable=False),
    Column("at", Instant, nullable=False),
)
Index("inbox_key_at", inbox_key.c.at)

# `offered` and `rejected` are JSON lists of ids.
question = Table(
    "question",
    metadata,
    Column("id", Words, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("person", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("thread", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("offered", Words, nullable=False),
    Column("shown", Words, nullable=False),
    Column("rejected", Words, nullable=False),
    Column("settled", Boolean, nullable=False),
)
Index("question_at", question.c.at)
Index("question_thread", question.c.channel, question.c.thread, question.c.at)

verdict = Table(
    "verdict",
    metadata,
    Column("question", Words, primary_key=True),
    Column("person", Words, primary_key=True),
    Column("verdict", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

hand_off = Table(
    "hand_off",
    metadata,
    Column("id", Words, primary_key=True),
    Column("question", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("ts", Words, nullable=False),
    Column("asker", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("resolved_by", Words, nullable=False),
)
Index("hand_off_question", hand_off.c.question)

# Its own number, since a text may be longer than what PostgreSQL can index.
added_phrasing = Table(
    "added_phrasing",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("entry", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

# `standing` is the channel of the message that changes, `ts` the message in it.
watch = Table(
    "watch",
    metadata,
    Column("id", Words, primary_key=True),
    Column("command", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("standing", Words, nullable=False),
    Column("ts", Words, nullable=False),
    Column("due", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)
Index("watch_due", watch.c.due)

# What is posted once. `state`: a fate of bot/sms/plans.py. `owner`: "" of what was released. `begun`: when a call
# last went out. `body` is a mark.
posting = Table(
    "posting",
    metadata,
    Column("key", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("what", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_claimed", Instant, nullable=False),
    Column("begun", Instant),
    Column("settled", Instant),
    Column("ts", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("reason", Words, nullable=False),
)
Index("posting_channel", posting.c.kind, posting.c.channel, posting.c.what)

# Digests as they were set up in Slack. `at` and `days` as the settings write them, `accounts` a JSON list of names,
# `catch_up` in seconds, no `language` for the bot's; `since` is NULL for one that was in the settings before.
plan = Table(
    "plan",
    metadata,
    Column("channel", Words, primary_key=True),
    Column("at", Words, nullable=False),
    Column("zone", Words, nullable=False),
    Column("days", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("accounts", Words, nullable=False),
    Column("catch_up", Integer, nullable=False),
    Column("since", Instant),
    Column("on", Boolean, nullable=False),
    Column("person", Words, nullable=False),
)

# What is quiet for a while: the digest of a channel, or an alert of an account. `name` tells which.
pause = Table(
    "pause",
    metadata,
    Column("name", Words, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("person", Words, nullable=False),
)

# Each time that an alert of an account holds, from its beginning to its end. `details` is JSON.
episode = Table(
    "episode",
    metadata,
    Column("account", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("opened", Instant, nullable=False),
    Column("closed", Instant),
    Column("told", Instant),
    Column("silent", Boolean, nullable=False),
    Column("details", Words, nullable=False),
)

# What was sent in an hour of an account; `counts` is JSON, by the names of the values.
hour = Table(
    "hour",
    metadata,
    Column("account", Words, primary_key=True),
    Column("begins", Instant, primary_key=True),
    Column("counts", Words, nullable=False),
    Column("asked", Instant, nullable=False),
)

# The state of a template or signature as it was last seen; `since`: when it was first seen in it, NULL if it was
# in it when we first looked.
review = Table(
    "review",
    metadata,
    Column("account", Words, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Words, nullable=False),
    Column("since", Instant),
)

# When an account is looked at next by whoever comes first, and when it last was.
look = Table(
    "look",
    metadata,
    Column("account", Words, primary_key=True),
    Column("due", Instant, nullable=False),
    Column("looked", Instant),
)
