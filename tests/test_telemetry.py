"""Logs: what they tell, and what they never tell."""

import asyncio
import io
import json
import logging
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest
import structlog
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.redaction import KEPT, Redaction
from bot.sms.phone import read_number
from bot.telemetry import reference, set_up_logs

NOBODY = Redaction(())


@contextmanager
def logs(form: str = "json", *secrets: str, level: str = "info") -> Iterator[io.StringIO]:
    stream = io.StringIO()
    undo = set_up_logs(level, form, stream, secrets)
    try:
        yield stream
    finally:
        undo()


def fail(error: BaseException) -> NoReturn:
    raise error


class Opaque:
    """A value of a library: only its repr is known."""

    def __init__(self, inside: str) -> None:
        self.inside = inside

    def __repr__(self) -> str:
        return f"Opaque({self.inside!r})"


# The ways into a log


def as_event(text: str) -> None:
    structlog.get_logger("bot.test").info(text)


def as_field(text: str) -> None:
    structlog.get_logger("bot.test").info("happened", value=text)


def as_nested_field(text: str) -> None:
    structlog.get_logger("bot.test").info(
        "happened", value={"deep": [{"er": (text, 1)}]}, **{"key " + text: 1}
    )


def as_repr(text: str) -> None:
    structlog.get_logger("bot.test").info("happened", value=Opaque(text), raw=text.encode("utf-8"))


def as_bound_field(text: str) -> None:
    with structlog.contextvars.bound_contextvars(value=text):
        structlog.get_logger("bot.test").info("happened")


def as_exception(text: str) -> None:
    try:
        fail(ValueError(text))
    except ValueError as error:
        structlog.get_logger("bot.test").exception("failed", error=error)


def as_cause_with_notes(text: str) -> None:
    try:
        try:
            fail(KeyError(text))
        except KeyError as cause:
            cause.add_note(text)
            raise RuntimeError("outer", [text]) from cause
    except RuntimeError:
        logging.getLogger("bot.test").exception("failed")


def as_foreign_arguments(text: str) -> None:
    logging.getLogger("httpx").warning("GET %s %r", text, {"a": text})


def as_foreign_extra(text: str) -> None:
    logging.getLogger("asyncio").error("never retrieved", extra={"task": text})


def as_wrong_arguments(text: str) -> None:
    logging.getLogger("sqlalchemy.pool").error("%d connections", text)


def as_warning(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(text, stacklevel=1)


def as_uncaught(text: str) -> None:
    try:
        fail(OSError(1, text))
    except OSError as error:
        sys.excepthook(type(error), error, error.__traceback__)


def as_lost_task(text: str) -> None:
    loop = asyncio.new_event_loop()
    try:
        loop.call_exception_handler({"message": "lost", "exception": ValueError(text), "what": text})
    finally:
        loop.close()


WAYS: tuple[Callable[[str], None], ...] = (
    as_event,
    as_field,
    as_nested_field,
    as_repr,
    as_bound_field,
    as_exception,
    as_cause_with_notes,
    as_foreign_arguments,
    as_foreign_extra,
    as_wrong_arguments,
    as_warning,
    as_uncaught,
    as_lost_task,
)


def written(way: Callable[[str], None], text: str, form: str, *secrets: str) -> str:
    with logs(form, *secrets) as stream:
        way(text)
    assert stream.getvalue(), "nothing was logged at all"
    if form == "json" and way is not as_wrong_arguments:
        assert all(isinstance(json.loads(line), dict) for line in stream.getvalue().split("\n")[:-1])
    return stream.getvalue()


# What never comes out

# No secret is a part of what a log says anyway, so each has marks at its ends that nothing else has.
SECRETS = st.text(st.characters(codec="utf-8"), min_size=8, max_size=30).map("ǂq7{}7pǂ".format)
AROUND = st.sampled_from(
    ["{}", "key={}", "“{}”", "a {} b", "'{}'", "{}，", "x:{};", "({})", "手机{}发送", '{{"n": "{}"}}']
)
WHERE = {"way": st.sampled_from(WAYS), "form": st.sampled_from(["text", "json"]), "around": AROUND}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(secret=SECRETS, **WHERE)
def test_a_known_secret_never_comes_out(
    secret: str, way: Callable[[str], None], form: str, around: str
) -> None:
    shown = written(way, around.format(secret), form, secret)

    assert "ǂq7" not in shown
    assert "7pǂ" not in shown


def tokens() -> st.SearchStrategy[str]:
    tail = st.text("abcdefXYZ0123456789", min_size=16, max_size=40).map("q7Z".__add__)
    shapes = (
        "xoxb-{}",
        "xoxp-1-2-{}",
        "xoxe.xoxp-1-{}",
        "xapp-1-A1-{}",
        "AKID{}",
        "https://hooks.slack.com/services/T0/B0/{}",
        "postgresql://bot:{}@db.internal/sms",
        "redis://:{}@cache",
        "TC3-HMAC-SHA256 Credential=x/2026-11-22/sms/tc3_request, SignedHeaders=host, Signature={}",
        "Authorization: Basic {}==",
        "{{'authorization': 'Bearer {}'}}",
        "[(b'Authorization', b'Bearer {}')]",
        "secret_key={}",
        "password: {}",
    )
    return st.builds(str.format, st.sampled_from(shapes), tail)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(token=tokens(), way=WHERE["way"], form=WHERE["form"])
def test_what_looks_like_a_secret_never_comes_out(token: str, way: Callable[[str], None], form: str) -> None:
    assert "q7Z" not in written(way, token, form)


MAINLAND = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
PREFIXES = st.sampled_from(["", "+86", "+86 ", "0086", "86", "(+86) ", "+86-", "＋86", "0"])
GROUPS = st.sampled_from([(11,), (3, 4, 4), (3, 3, 5), (4, 4, 3), (3, 8)])
HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@st.composite
def mainland_numbers(draw: st.DrawFn) -> tuple[str, str]:
    """A number as somebody may write it, and its digits."""
    digits, between = draw(MAINLAND), draw(st.sampled_from([" ", "-", ".", " - ", "\u00a0", "·"]))
    rest, groups = digits, []
    for length in draw(GROUPS):
        groups.append(rest[:length])
        rest = rest[length:]
    text = draw(PREFIXES) + between.join(groups)
    return (text.translate(FULL_WIDTH) if draw(st.booleans()) else text), digits


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(number=mainland_numbers(), **WHERE)
def test_a_mainland_number_never_comes_out(
    number: tuple[str, str], way: Callable[[str], None], form: str, around: str
) -> None:
    text, digits = number

    shown = written(way, around.format(text), form).translate(HALF_WIDTH)

    assert digits[2:] not in re.sub(r"[^\S\n]|[.·-]|u00a0|xa0|u00b7|xb7", "", shown)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    country=st.sampled_from(["852", "1", "44", "971"]),
    rest=st.from_regex("[1-9][0-9]{7,8}", fullmatch=True),
    **WHERE,
)
def test_a_number_abroad_never_comes_out(
    country: str, rest: str, way: Callable[[str], None], form: str, around: str
) -> None:
    for text in (
        f"+{country}{rest}",
        f"+{country} {rest[:4]} {rest[4:]}",
        f"00{country}-{rest[:4]}-{rest[4:]}",
    ):
        shown = written(way, around.format(text), form)

        assert rest not in shown
        assert f"{rest[:4]} {rest[4:]}" not in shown
        assert f"{rest[:4]}-{rest[4:]}" not in shown


@settings(max_examples=300, deadline=None)
@given(
    prefix=PREFIXES,
    digits=MAINLAND,
    between=st.lists(st.sampled_from(["", "", " ", "-", ".", "·", "(", ") "]), min_size=11, max_size=11),
)
def test_whatever_reads_as_a_mainland_number_is_masked(prefix: str, digits: str, between: list[str]) -> None:
    text = prefix + "".join(digit + gap for digit, gap in zip(digits, between, strict=True))
    assume(not re.match(KEPT, text))

    shown = NOBODY(f"to {text}!")

    assert read_number(text).e164 == f"+86{digits}"
    assert re.fullmatch(r"to .*\+86 1\d\d\*{4}\d{4}.*!", shown)
    assert digits[3:7] + digits[7:] not in re.sub(r"[^\d*]", "", shown)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_number_that_is_an_int_is_masked_too(form: str) -> None:
    with logs(form) as stream:
        structlog.get_logger("bot").info("sent", to=13800138000, all=[{"n": 8613800138000}], took=0.5, rows=3)

    assert "0138" not in stream.getvalue()
    assert stream.getvalue().count("+86 138****8000") == 2
    if form == "json":
        assert json.loads(stream.getvalue())["rows"] == 3


# What comes out unharmed


@pytest.mark.parametrize(
    "line",
    [
        "GET https://sms.tencentcloudapi.com/ 200 in 0.123456 s",
        "asked at 1732300000 and 1732300000123, answered 1732300000.25",
        "2026-11-22 19:20:30,123 2026-11-15T13:14:15.161718+08:00",
        "from 2026-10-15 2026-10-16 5 rows",
        "RequestId 13800138-1380-4138-8013-138001380001",
        "RequestId a0aabda6-cf91-4f3e-a81f-9198114a2279",
        "serial 5000:1045710669157053657849499619",
        "serial 2019:-1380013800013800138",
        "peer 192.168.100.20:51234 and 172.217.160.14",
        "took 17.123456789 s of 13.8001380001",
        "template 1110001 of 1400006666: 4,000 segments, 98.5 %",
        "authorization of the account failed: UnauthorizedOperation.SdkAppIdIsDisabled",
        "the password is wrong; Basic authentication is off; bearer",
        "https://console.cloud.tencent.com/smsv2?a=b@c",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "您的验证码为{1}，{2}分钟内有效。+08:00",
        "send 7f3a of U0ALICE in C0GENERAL: +86 138****8000 is masked already",
    ],
)
def test_a_plain_line_stays_as_it_is(line: str) -> None:
    assert NOBODY(line) == line


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("to +86 185-0123-4444.", "to +86 185****4444."),
        ("号码18501234444，请", "号码+86 185****4444，请"),
        ("to +85261234567", "to +8526****67"),
        ("postgresql://bot:geheim@db:5432/sms failed", "postgresql://bot:[hidden]@db:5432/sms failed"),
        ("POST https://hooks.slack.com/commands/T0/1/abc 200", "POST https://hooks.slack.com/[hidden] 200"),
        ("token xoxb-12-ab expired", "token [hidden] expired"),
    ],
)
def test_what_is_taken_out_leaves_the_rest_readable(line: str, shown: str) -> None:
    assert NOBODY(line) == shown


@given(text=st.text(max_size=60))
def test_redaction_is_done_once(text: str) -> None:
    assert NOBODY(NOBODY(text)) == NOBODY(text)


def test_a_secret_that_is_too_short_to_be_told_from_words_does_not_eat_them() -> None:
    assert Redaction(["pass", ""])("a passage") == "a passage"


# The logs themselves


def test_a_json_line_holds_the_event_and_its_fields() -> None:
    with logs("json") as stream:
        structlog.get_logger("bot.guard").warning("refused", reason="limit", count=3, who="星河")

    row = json.loads(stream.getvalue())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", row.pop("at"))
    assert row == {
        "event": "refused",
        "level": "warning",
        "logger": "bot.guard",
        "reason": "limit",
        "count": 3,
        "who": "星河",
    }


def test_a_traceback_is_one_json_line() -> None:
    with logs("json") as stream:
        as_exception("boom")

    (line,) = stream.getvalue().splitlines()
    assert "ValueError: boom" in json.loads(line)["exception"]


def test_a_text_line_has_no_colour_codes() -> None:
    with logs("text") as stream:
        structlog.get_logger("bot.guard").warning("refused", reason="limit")

    assert "\x1b" not in stream.getvalue()
    assert "refused" in stream.getvalue()
    assert "reason=limit" in stream.getvalue()


def test_what_is_no_terminal_gets_json() -> None:
    stream = io.StringIO()
    undo = set_up_logs("info", None, stream)

    logging.getLogger("bot").info("hello")

    undo()
    assert json.loads(stream.getvalue())["event"] == "hello"


@pytest.mark.parametrize(
    "name", ["httpx", "httpcore.connection", "sqlalchemy.engine.Engine", "aiohttp.access"]
)
def test_libraries_do_not_tell_of_every_request_even_when_debugging(name: str) -> None:
    with logs(level="debug") as stream:
        logging.getLogger(name).info("GET /")
        logging.getLogger("bot").debug("ours")

    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["ours"]


def test_events_below_the_level_are_not_written() -> None:
    with logs(level="warning") as stream:
        structlog.get_logger("bot").info("quiet")
        logging.getLogger("bot").info("quiet")

    assert stream.getvalue() == ""


def test_a_line_that_can_not_be_made_is_told_by_its_logger() -> None:
    assert (
        written(as_wrong_arguments, "geheim", "text") == "A log line of sqlalchemy.pool was lost: TypeError\n"
    )


def test_everything_is_as_before_when_logging_ends() -> None:
    root = logging.getLogger()
    before = (root.level, root.handlers[:], sys.excepthook, logging.getLogger("httpx").level)

    with logs(level="debug"):
        pass

    assert (root.level, root.handlers[:], sys.excepthook, logging.getLogger("httpx").level) == before
    assert not structlog.is_configured()


def test_a_reference_is_four_characters_that_chance_chose() -> None:
    assert reference(lambda bits: (1 << bits) - 1) == "ffff"
    assert reference(lambda _: 0x7F) == "007f"
