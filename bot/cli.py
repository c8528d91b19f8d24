"""The program `smsbot`: what a person types in a shell."""

import json
import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import BotError, ConfigurationError, KnowledgeError
from bot.faq.assistant import Reply
from bot.faq.codes import LONGEST
from bot.faq.entry import Library
from bot.faq.evaluate import Judged, Labelled, score, scores_by_kind
from bot.faq.explain import explain
from bot.faq.normalise import Normaliser
from bot.guard.chain import Intact
from bot.language import Language, language_of
from bot.phrases import Phrases
from bot.questions import read_labelled
from bot.settings import Settings, read_settings
from bot.sms.doctor import report, something_wrong
from bot.wiring import (
    Bot,
    build_bot,
    harvest,
    opening,
    output,
    presenting,
    read_only,
    rehearsal,
    serving,
    shipped_phrases,
)

WRONG_USE, FAILED = 2, 1

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

audit_app = typer.Typer(help="The record of who did what.", rich_markup_mode=None)
app.add_typer(audit_app, name="audit")
knowledge_app = typer.Typer(help="What the bot knows.", rich_markup_mode=None)
app.add_typer(knowledge_app, name="knowledge")

LangOption = Annotated[
    str | None, typer.Option("--lang", help="zh or en; else the language of the question.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def main() -> None:
    """Runs the program; every error that a person can act on is told in words, not as a traceback."""
    settings = read_settings(os.environ)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app(obj=settings)
    except KnowledgeError as error:
        tell(error, settings.language)
        sys.exit(FAILED)
    except BotError as error:
        tell(error, settings.language)
        sys.exit(WRONG_USE)
    except BrokenPipeError:
        # The reader of a pipe has seen enough: nothing more can be said to it, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(error: KnowledgeError | BotError, language: Language) -> None:
    """Says it to the operator, with all of its mistakes and where they stand."""
    phrases, out = shipped_phrases(), output().terminal(stderr=True)
    match error:
        case KnowledgeError():
            words = phrases.say("check.broken", language, folder=error.folder, count=len(error.mistakes))
        case BotError():
            words = phrases.say(error.phrase, language, **error.details)
    output().show_plain(out, words)
    if isinstance(error, KnowledgeError | ConfigurationError):
        for line in output().mistakes(error.mistakes, phrases, language):
            output().show_plain(out, line)


@app.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """A Slack bot and FAQ assistant for teams that send SMS through Tencent Cloud."""
    if context.invoked_subcommand is None:
        run(context)


@app.command()
def run(context: typer.Context) -> None:
    """Run the bot: in Slack, or without SLACK_BOT_TOKEN in the terminal."""
    settings: Settings = context.obj
    bot = build_bot(settings)
    if settings.slack:
        serving().run(settings, bot)
    else:
        output().show_plain(
            output().terminal(stderr=True), bot.phrases.say("console.no_tokens", settings.language)
        )
        open_console(bot, settings)


@app.command()
def console(context: typer.Context) -> None:
    """A Slack channel in the terminal: a line in, what the bot posts out. A pipe works as well."""
    open_console(build_bot(context.obj), context.obj)


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[list[str] | None, typer.Argument(help="The question, in Chinese or English.")] = None,
    as_object: JsonOption = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="A question a line on stdin, an object a line out.")
    ] = False,
    lang: LangOption = None,
    why: Annotated[bool, typer.Option("--explain", help="Also show what decided.")] = False,
) -> None:
    """Answer a question."""
    language = language_option(lang)
    if jsonl:
        if question or as_object:
            raise BotError("command.json_or_jsonl")
        answer_lines(build_bot(context.obj), language)
        return
    text = " ".join(question or ())
    if not text.strip():
        raise BotError("command.nothing_asked")
    bot = build_bot(context.obj)
    started = time.perf_counter()
    reply = bot.assistant.reply(text, language)
    elapsed_ms = (time.perf_counter() - started) * 1000
    if as_object:
        print_json(output().as_json(reply, bot.wording, elapsed_ms))
        return
    if len(text) > LONGEST:
        output().show_plain(
            output().terminal(stderr=True), bot.phrases.say("answer.long", reply.language, limit=LONGEST)
        )
    output().show_markdown(output().terminal(), bot.wording.markdown(reply))
    if why:
        show_explanation(bot, reply)


@app.command()
def error(
    context: typer.Context,
    codes: Annotated[list[str] | None, typer.Argument(help="Codes, or a pasted log or JSON.")] = None,
    as_object: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Explain error codes: API 3.0, the old API, carrier receipts."""
    text = " ".join(codes or ())
    if not text.strip():
        raise BotError("command.no_code")
    bot = build_bot(context.obj)
    started = time.perf_counter()
    spoken = language_option(lang) or ("zh" if language_of(text) == "zh" else context.obj.language)
    reply = bot.assistant.explain_codes(text, spoken)
    if as_object:
        print_json(output().as_json(reply, bot.wording, (time.perf_counter() - started) * 1000))
    else:
        output().show_markdown(output().terminal(), bot.wording.markdown(reply))


@app.command()
def check(context: typer.Context) -> None:
    """Read the whole knowledge base and the settings, and print every mistake with its file and line."""
    settings: Settings = context.obj
    wrong: list[KnowledgeError | BotError] = []
    try:
        opening().configured(settings)
    except ConfigurationError as error:
        wrong.append(error)
    try:
        output().show_plain(output().terminal(), summary(read_only(settings), settings.language))
    except KnowledgeError as error:
        wrong.append(error)
    for it in wrong:
        tell(it, settings.language)
    if wrong:
        sys.exit(FAILED)


@app.command()
def doctor(context: typer.Context) -> None:
    """Look at everything the SMS side needs, and say how to mend what is wrong."""
    settings: Settings = context.obj
    bot = build_bot(settings)
    try:
        findings, sample = opening().examined(settings, bot.library, bot.rules)
    except ConfigurationError as error:
        findings, sample = opening().misread(error), False
    output().show_markdown(
        output().terminal(), bot.drawing.markdown(report(findings, sample=sample), settings.language)
    )
    if something_wrong(findings):
        sys.exit(FAILED)


@app.command()
def digest(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be posted where, and why.")
    ] = False,
    at: Annotated[
        str | None, typer.Option("--at", help="As of 2026-11-22T09:00, on each channel's clock.")
    ] = None,
) -> None:
    """Show the daily digests before they are due."""
    settings: Settings = context.obj
    if not dry_run:
        raise BotError("command.dry_run_only")
    bot = build_bot(settings)
    found = rehearsal().rehearsed(settings, bot, rehearsal().when(at) if at else None)
    out, language = output().terminal(), settings.language
    if not found:
        output().show_plain(out, bot.phrases.say("rehearsal.none", language))
    for it in found:
        told = [it.where, it.why, *([it.figures] if it.figures else [])]
        lines = [bot.drawing.cell(words, language) for words in told]
        if it.report:
            lines.append(bot.drawing.markdown(it.report, it.language))
        output().show_markdown(out, "\n\n".join(lines))
        output().show_plain(out, "")


@knowledge_app.command(name="export")
def export_phrasings(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the change and write nothing.")] = False,
) -> None:
    """Write the ways to ask that were added in Slack into the knowledge files."""
    settings: Settings = context.obj
    change, say = harvest().exported(settings, Normaliser()), shipped_phrases().say
    out = output().terminal()
    if dry_run:
        write(harvest().difference(change))
    else:
        harvest().brought_home(settings, change)
    if not change.exported:
        output().show_plain(output().terminal(stderr=dry_run), say("export.nothing", settings.language))
    elif not dry_run:
        count, files = len(change.exported), len(change.files)
        output().show_plain(out, say("export.written", settings.language, count=count, files=files))
    for it in change.skipped:
        words = say(it.reason, settings.language, place=it.place)
        output().show_plain(out, say("export.left_out", settings.language, text=it.added.text, reason=words))


@app.command()
def manifest(
    context: typer.Context,
    url: Annotated[
        str, typer.Option("--url", help="For HTTP mode: where Slack reaches this bot, https://host.")
    ] = "",
    lang: Annotated[str | None, typer.Option("--lang", help="zh or en; else that of the shell.")] = None,
) -> None:
    """Print the manifest of the Slack app, as JSON."""
    if url and not url.startswith("https://"):
        raise BotError("command.no_https")
    language = language_option(lang) or context.obj.language
    made = presenting().manifest(shipped_phrases(), language, url)
    write(json.dumps(made, ensure_ascii=False, indent=2) + "\n")


@audit_app.command()
def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option("--head", help="A seal that was published earlier: it must be in the audit.")
    ] = None,
) -> None:
    """Check that no row of the audit was altered, removed or moved."""
    settings: Settings = context.obj
    verdict = opening().verified(settings, head)
    output().show_plain(
        output().terminal(), output().audit_words(verdict, build_bot(settings).phrases, settings.language)
    )
    if not isinstance(verdict, Intact):
        sys.exit(FAILED)


@app.command()
def evaluate(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="JSON lines: q, expect (a list; none: out of scope), kind.")
    ],
) -> None:
    """Measure how well labelled questions are answered."""
    bot = build_bot(context.obj)
    titles = {entry.title.zh for entry in bot.library.entries}
    judged = [judge(bot, row) for file in files for row in read_labelled(file, titles)]
    if not judged:
        raise BotError("command.no_rows")
    show_scores(bot.phrases, context.obj.language, judged)


def summary(library: Library, language: Language) -> str:
    """What a knowledge base without mistakes holds."""
    return Phrases(library.phrases).say(
        "check.fine",
        language,
        entries=len(library.entries),
        phrasings=sum(len(entry.ask.zh) + len(entry.ask.en) + 2 for entry in library.entries),
        codes=len({code.name for code in library.codes}),
        concepts=len(library.concepts),
        topics=len(library.topics),
    )


def open_console(bot: Bot, settings: Settings) -> None:
    typing, out = sys.stdin.isatty(), output().terminal()
    if typing:
        output().show_plain(out, bot.phrases.say("console.welcome", settings.language))
    serving().talk(
        settings,
        bot,
        lines(prompt="> " if typing else ""),
        partial(output().show_markdown, out),
        typed=typing,
    )


def judge(bot: Bot, labelled: Labelled) -> Judged:
    return Judged(labelled, bot.assistant.reply(labelled.question))


def show_scores(phrases: Phrases, language: Language, judged: list[Judged]) -> None:
    out = output().terminal()
    for in_scope, losses in ((True, "evaluate.misses"), (False, "evaluate.wrong_answers")):
        rows = [row for row in judged if row.in_scope == in_scope]
        if not rows:
            continue
        table = [*scores_by_kind(rows), score(phrases.say("evaluate.all", language), rows)]
        out.print(output().scores_table(table, phrases, language, in_scope=in_scope))
        if lost := [row for row in rows if (not row.first if in_scope else row.answered)]:
            output().show_plain(out, phrases.say(losses, language))
            for row in lost:
                output().show_plain(out, "  " + output().miss(row, phrases, language))


def show_explanation(bot: Bot, reply: Reply) -> None:
    ranking = bot.assistant.matcher.rank(reply.question)
    decision = explain(bot.assistant.matcher.index, ranking)
    out = output().terminal()
    out.rule()
    for line in output().explanation(reply, ranking, decision, bot.phrases, reply.language):
        output().show_plain(out, line)


def answer_lines(bot: Bot, language: Language | None) -> None:
    """One object for every line of standard input, in order: a line is a question, or JSON with a key q."""
    for line in lines():
        question = question_of(line)
        started = time.perf_counter()
        reply = bot.assistant.reply(question, language)
        print_json(output().as_json(reply, bot.wording, (time.perf_counter() - started) * 1000))


def question_of(line: str) -> str:
    """The question in a line. A pasted JSON answer of the API is a question too: only a key q is opened."""
    text = line.strip()
    if not text.startswith("{"):
        return text
    try:
        row = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text
    question = row.get("q")
    return question if isinstance(question, str) else text


def lines(prompt: str = "") -> Iterator[str]:
    """Standard input line by line, without waiting for its end."""
    while True:
        write(prompt)
        line = sys.stdin.readline()
        if not line:
            return
        yield line.rstrip("\r\n")


def print_json(row: dict[str, object]) -> None:
    write(json.dumps(row, ensure_ascii=False) + "\n")


def write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def language_option(lang: str | None) -> Language | None:
    match lang:
        case None:
            return None
        case "zh":
            return "zh"
        case "en":
            return "en"
        case _:
            raise BotError("command.no_language", lang=lang)
