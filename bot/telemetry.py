"""Logs: events with fields, as text or JSON lines, with nothing in them that must not be seen."""

import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TextIO

import structlog

from bot.redaction import Redaction

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
# Libraries that tell of every request or statement, with its address and its values, below these levels.
CAPS = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "alembic": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    # It tells of every tick, and of rounds that take their time or are cut off: what these leave is owed still.
    "apscheduler": logging.CRITICAL,
    # Of a request that is none it tells the lines, as errors: anybody can send one, with anything in it.
    "aiohttp.server": logging.CRITICAL,
    "slack_sdk": logging.INFO,
    # Lower down it tells of whole payloads, and warns of what is meant.
    "slack_bolt": logging.ERROR,
}


def set_up_logs(
    level: str, form: str | None, stream: TextIO, secrets: Iterable[str] = ()
) -> Callable[[], None]:
    """Logs to `stream`, from `level` on; what it returns undoes it.

    `form` is `text` or `json`; None is text on a terminal, else JSON. The `secrets` never come out, nor what
    looks like one, nor a phone number. Warnings and errors that nobody caught go the same way.
    """
    root, hook = logging.getLogger(), sys.excepthook
    before = root.level, root.handlers[:], {name: logging.getLogger(name).level for name in CAPS}
    redaction = Redaction(secrets)
    handler = RedactingHandler(stream, redaction)
    handler.setFormatter(formatter(form or ("text" if stream.isatty() else "json"), redaction))
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])
    for name, cap in CAPS.items():
        logging.getLogger(name).setLevel(max(cap, LEVELS[level]))
    logging.captureWarnings(capture=True)
    sys.excepthook = log_uncaught
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *ON_EVERY_EVENT,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )

    def undo() -> None:
        was, root.handlers[:], levels = before
        root.setLevel(was)
        for name, own in levels.items():
            logging.getLogger(name).setLevel(own)
        logging.captureWarnings(capture=False)
        sys.excepthook = hook
        structlog.reset_defaults()

    return undo


def reference(random_bits: Callable[[int], int]) -> str:
    """A short id (`7f3a`) that a person is told, and that stands in the log line of an unexpected error."""
    return f"{random_bits(16):04x}"


ON_EVERY_EVENT: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
)


def formatter(form: str, redaction: Redaction) -> logging.Formatter:
    # Tracebacks without the values of variables: those would be the longest leak of all.
    plain = structlog.dev.plain_traceback
    renderers: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        lambda _logger, _method, event: {name: quotable(value, redaction) for name, value in event.items()},
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    if form == "text":
        console = structlog.dev.ConsoleRenderer(
            colors=False, timestamp_key="at", pad_event_to=0, pad_level=False, exception_formatter=plain
        )
        renderers = [console]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*ON_EVERY_EVENT, structlog.stdlib.ExtraAdder()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
    )


def quotable(value: object, redaction: Redaction) -> object:
    """The value with every number that will be redacted as text: masked without quotes, it would be no JSON."""
    if isinstance(value, Mapping):
        return {name: quotable(inner, redaction) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [quotable(inner, redaction) for inner in value]
    if isinstance(value, int | float) and redaction(str(value)) != str(value):
        return str(value)
    return value


class RedactingHandler(logging.StreamHandler[TextIO]):
    """Writes lines; the redaction is the last that happens to one, whoever logged it and however."""

    def __init__(self, stream: TextIO, redaction: Redaction) -> None:
        super().__init__(stream)
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        return self._redaction(super().format(record))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 the name that logging calls
        """Says that a line was lost, where logging itself would print the arguments as they are."""
        error = sys.exception()
        self.stream.write(f"A log line of {record.name} was lost: {type(error).__name__}{self.terminator}")


def log_uncaught(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """The last that a program says, when nobody caught its error."""
    logging.getLogger("bot").critical("crashed", exc_info=(kind, error, where))
