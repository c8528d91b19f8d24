"""Who may know whom: the arrows between the parts point one way."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parent.parent / "bot"
MODULES = sorted(
    ".".join(("bot", *path.relative_to(BOT).with_suffix("").parts)) for path in BOT.rglob("*.py")
)

# What a module of `bot` may import of it, by the longest prefix that fits. `faq` is what we know, `sms` what
# we can do: neither has a surface, settings, a store, a network. Only `wiring` and `opening`, its slow half,
# know every part, and only `cli` knows `wiring`.
ALLOWED = {
    "bot.language": set[str](),
    "bot.errors": set[str](),
    "bot.loopback": set[str](),
    "bot.secret": set[str](),
    "bot.settings": {"bot.language"},
    "bot.phrases": {"bot.language"},
    "bot.places": set[str](),
    "bot.source": {"bot.errors", "bot.places"},
    "bot.faq": {"bot.faq", "bot.language", "bot.errors", "bot.source", "bot.places"},
    "bot.knowledge": {"bot.faq.entry", "bot.faq.index"},
    "bot.making": {"bot.faq", "bot.knowledge", "bot.language"},
    "bot.questions": {"bot.errors", "bot.faq.evaluate"},
    "bot.export": {
        "bot.errors",
        "bot.faq",
        "bot.language",
        "bot.making",
        "bot.places",
        "bot.source",
    },
    "bot.sms": {"bot.sms", "bot.errors", "bot.language", "bot.faq.entry"},
    "bot.tencent": {"bot.tencent", "bot.sms.cloud", "bot.sms.phone", "bot.errors", "bot.loopback"},
    "bot.sandbox": {"bot.sandbox"},
    "bot.guard": {"bot.guard", "bot.sms", "bot.errors"},
    # What is told without anybody asking knows neither Slack nor the database: they come as what they can do.
    "bot.reports": {"bot.reports", "bot.errors", "bot.guard", "bot.language", "bot.sms"},
    "bot.store": {
        "bot.store",
        "bot.errors",
        "bot.faq.added",
        "bot.faq.asked",
        "bot.guard",
        "bot.reports.posting",
        "bot.slack.inbox",
        "bot.slack.message",
        "bot.slack.watch",
        "bot.sms",
    },
    # The wire knows Slack's API and nothing of SMS; what is shown knows what we say and nothing of the wire.
    "bot.slack.wire": {
        "bot.slack.wire",
        "bot.slack.message",
        "bot.errors",
        "bot.language",
        "bot.loopback",
        "bot.secret",
    },
    "bot.slack.shown": {
        "bot.slack.shown",
        "bot.slack.message",
        "bot.slack.names",
        "bot.drawing",
        "bot.errors",
        "bot.faq",
        "bot.language",
        "bot.phrases",
        "bot.sms",
        "bot.wording",
    },
    "bot.slack": {
        "bot.slack",
        "bot.drawing",
        "bot.errors",
        "bot.faq",
        "bot.guard",
        "bot.language",
        "bot.metrics",
        "bot.phrases",
        "bot.reports.posting",
        "bot.secret",
        "bot.sms",
        "bot.telemetry",
        "bot.wording",
    },
    "bot.workspace": {"bot.workspace"},
    "bot.renewal": {"bot.errors"},
    "bot.metrics": set[str](),
    "bot.pulse": set[str](),
    "bot.web": {
        "bot.errors",
        "bot.metrics",
        "bot.pulse",
        "bot.slack.wire.connection",
        "bot.slack.wire.signature",
    },
    "bot.configuration": {
        "bot.configuration",
        "bot.errors",
        "bot.guard",
        "bot.language",
        "bot.loopback",
        "bot.places",
        "bot.reports.policy",
        "bot.secret",
        "bot.settings",
        "bot.sms.phone",
        "bot.sms.plans",
        "bot.sms.sending",
        "bot.sms.wallclock",
        "bot.source",
    },
    "bot.redaction": {"bot.errors", "bot.sms.phone"},
    "bot.telemetry": {"bot.redaction"},
    "bot.wording": {"bot.faq", "bot.language", "bot.phrases"},
    "bot.drawing": {"bot.errors", "bot.faq", "bot.language", "bot.phrases", "bot.sms"},
    "bot.output": {
        "bot.errors",
        "bot.faq",
        "bot.guard.chain",
        "bot.language",
        "bot.phrases",
        "bot.wording",
        "bot.wrapping",
    },
    "bot.wrapping": set(),
    "bot.terminal": set(),
    "bot.terminal.markup": {"bot.drawing", "bot.workspace.layout"},
    "bot.terminal.screen": {
        "bot.drawing",
        "bot.language",
        "bot.terminal.markup",
        "bot.phrases",
        "bot.workspace.layout",
    },
    "bot.terminal.fields": {"bot.workspace"},
    "bot.terminal.offers": {"bot.terminal.screen"},
    "bot.terminal.console": {
        "bot.terminal.fields",
        "bot.language",
        "bot.terminal.markup",
        "bot.terminal.offers",
        "bot.phrases",
        "bot.terminal.screen",
        "bot.slack.names",
        "bot.workspace",
    },
    "bot.wiring": {
        "bot.drawing",
        "bot.faq",
        "bot.knowledge",
        "bot.language",
        "bot.phrases",
        "bot.settings",
        "bot.sms",
        "bot.wording",
    },
    "bot.opening": {"bot"},
    "bot.harvest": {"bot"},
    "bot.rehearsal": {"bot"},
    "bot.newsroom": {"bot"},
    "bot.service": {"bot"},
    "bot.serving": {"bot"},
    "bot.cli": {"bot"},
    "bot.__main__": {"bot.cli"},
    "bot.__init__": set[str](),
}
# The libraries that only one place may know, so that they stay replaceable.
ONLY_IN = {
    "numpy": {"bot.faq.fit"},
    "opencc": {"bot.faq.normalise"},
    "rapidfuzz": {"bot.faq.matcher", "bot.faq.codes", "bot.faq.overlay"},
    "typer": {"bot.cli"},
    "rich": {"bot.output", "bot.wrapping"},
    "pydantic": {"bot.faq.library", "bot.faq.shapes", "bot.source", "bot.configuration.shapes"},
    "httpx": {"bot.tencent"},
    "aiolimiter": {"bot.tencent"},
    "aiohttp": {
        "bot.sandbox.server",
        "bot.slack.wire",
        "bot.web",
        "bot.workspace",
    },
    "slack_bolt": {"bot.service", "bot.serving", "bot.slack.app", "bot.slack.wire.connection", "bot.web"},
    "slack_sdk": {
        "bot.service",
        "bot.slack.board",
        "bot.serving",
        "bot.slack.app",
        "bot.slack.wire",
    },
    "markdown_it": {"bot.slack.shown.prose"},
    "prometheus_client": {"bot.metrics"},
    "sqlalchemy": {"bot.store"},
    "alembic": {"bot.store"},
    "apscheduler": {"bot.reports.schedule"},
    "aiosqlite": {"bot.store"},
    "structlog": {
        "bot.guard.refusals",
        "bot.newsroom",
        "bot.opening",
        "bot.renewal",
        "bot.reports",
        "bot.service",
        "bot.serving",
        "bot.slack",
        "bot.store.hours",
        "bot.store.plans",
        "bot.telemetry",
        "bot.web",
    },
}
# What takes long to load, and only some commands need.
HEAVY = {
    "numpy",
    "pydantic",
    "asyncio",
    "httpx",
    "aiohttp",
    "sqlalchemy",
    "slack_bolt",
    "structlog",
    "rich",
    "bot.making",
    "bot.opening",
    "bot.serving",
}
# What in Slack's room only makes values of values: payloads in, blocks out.
PURE_IN_SLACK = ("addressing", "incoming", "manifest", "message", "names", "talk", "wire.signature")
# What the pure part never touches: `library` and `source` read files, `sounds` its own table.
IMPURE = {"time", "socket", "os", "subprocess", "urllib", "http", "asyncio", "threading"}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_its_place_allows(module: str) -> None:
    place = max((it for it in ALLOWED if within(module, it)), key=len)

    own = {name for name, _ in imports(module) if within(name, "bot")}

    assert {name for name in own if not any(within(name, it) for it in ALLOWED[place])} == set()


@pytest.mark.parametrize("module", MODULES)
def test_a_library_is_known_in_its_own_place_only(module: str) -> None:
    foreign = {name.partition(".")[0] for name, _ in imports(module)}

    assert {
        name for name in foreign & ONLY_IN.keys() if not any(within(module, place) for place in ONLY_IN[name])
    } == set()


# What decides about digests and alerts, and what is said of them.
PURE_IN_REPORTS = (
    "alert",
    "conditions",
    "digest",
    "due",
    "episodes",
    "news",
    "policy",
    "posting",
    "results",
    "sight",
    "supply",
    "volume",
)
PURE = [
    *(it for it in MODULES if it.startswith(("bot.faq", "bot.sms", "bot.slack.shown"))),
    *(f"bot.reports.{it}" for it in PURE_IN_REPORTS),
    *(f"bot.slack.{it}" for it in PURE_IN_SLACK),
]


@pytest.mark.parametrize("module", PURE)
def test_what_we_know_and_can_do_needs_no_clock_and_no_network(module: str) -> None:
    foreign = {name.partition(".")[0] for name, _ in imports(module) if name != "urllib.parse"}

    assert not foreign & IMPURE


def test_imports_stand_at_the_top() -> None:
    inner = {(module, name) for module in MODULES for name, top in imports(module) if not top}

    assert inner == set()


def test_a_start_from_the_cache_loads_nothing_that_a_question_does_not_need() -> None:
    program = f"import sys, bot.cli; print(*sorted({HEAVY!r} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, cwd=BOT.parent)

    assert done.stdout.split() == []


def imports(module: str) -> Iterator[tuple[str, bool]]:
    """The modules that one imports, and whether it does so at its top."""
    path = BOT.parent.joinpath(*module.split(".")).with_suffix(".py")
    tree = ast.parse(path.read_text("utf-8"))
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module), id(node) in top


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")
