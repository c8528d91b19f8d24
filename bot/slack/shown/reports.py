"""Reports: what an operation found out, as a message that can be pressed."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from bot.drawing import Drawing, columns_of, numeric
from bot.faq.assistant import Hit
from bot.language import Language
from bot.slack.message import Block, Message
from bot.slack.shown.blocks import (
    MOST_COLUMNS,
    MOST_IN_VALUE,
    MOST_POINTS,
    Element,
    actions,
    button,
    cell,
    chart,
    confirm,
    container,
    context,
    fields,
    header,
    rich_cell,
    rich_text,
    section,
    sections,
    table,
)
from bot.slack.shown.brevity import brief
from bot.slack.shown.markdown import mrkdwn, plain, rich
from bot.slack.shown.reading import reading
from bot.slack.shown.twins import Twin, alike, message, prose
from bot.sms.report import (
    Action,
    Cell,
    Entries,
    Explained,
    Facts,
    Listing,
    Paragraph,
    Part,
    Quoted,
    Report,
    Series,
    Table,
)
from bot.wording import Wording

# API: Block Kit. More charts in one message are refused, as is a second table.
MOST_CHARTS = 2


class Reports:
    def __init__(self, wording: Wording, drawing: Drawing) -> None:
        self._wording = wording
        self._drawing = drawing
        self._say = wording.phrases.say

    def report(self, report: Report, language: Language, *, share: str = "") -> Message:
        """`share` is the command in full that shows the same to the whole channel; "" where that is no use."""
        report = brief(report)
        title = self._drawing.cell(report.title, language)
        twins = [
            Twin((header(plain(title)),), lambda: (section(mrkdwn(f"**{title}**")),)),
            *(self._part(part, language, native=native) for part, native in natively(report.parts)),
            alike(*small(self._drawing.notes(report, language))),
            alike(*actions(*self._buttons(report, language, share))),
        ]
        notice = self._say("block.cut", language)
        return message(self._drawing.markdown(report, language), twins, mrkdwn(notice))

    def _part(self, part: Part, language: Language, *, native: bool) -> Twin:
        match part:
            case Facts():
                return alike(
                    *fields(
                        [(self._cell(name, language), self._cell(it, language)) for name, it in part.rows]
                    )
                )
            case Table() if native:
                return self._table(part, language)
            case Series() if native:
                return self._series(part, language)
            case Explained():
                return self._explained(part, language)
            case Entries():
                titles = [(it, self._drawing.title(it, language)) for it in self._drawing.known(part.ids)]
                return alike(*reading(self._say("block.entries", language), titles))
            case Paragraph() | Listing() | Quoted() | Table() | Series():
                return prose(self._drawing.part(part, language))
            case _:
                assert_never(part)

    def _cell(self, cell: Cell, language: Language) -> str:
        return mrkdwn(self._drawing.cell(cell, language))

    def _table(self, part: Table, language: Language) -> Twin:
        """Numbers stand to the right."""
        drawn = table(
            [plain(self._drawing.cell(name, language)) for name in part.columns],
            [[table_cell(self._drawing.cell(it, language)) for it in row] for row in part.rows],
            ["right" if numeric(column) else "left" for column in columns_of(part)],
        )
        return Twin((drawn,), lambda: sections(mrkdwn(self._drawing.part(part, language))))

    def _series(self, part: Series, language: Language) -> Twin:
        """A chart of the last days, for it can't show one that is not known; the line of all of them below."""
        known = [(day, value) for day, value in part.points if value is not None]
        shown = known[-MOST_POINTS:]
        words = self._drawing.part(part, language)
        title = self._drawing.cell(part.title, language)
        if len(shown) < len(part.points):
            days = len(part.points)
            title = self._say("block.last_days", language, title=title, count=len(shown), days=days)
        drawn = chart(plain(title), [(f"{day:%m-%d}", value) for day, value in shown])
        return Twin((drawn, *small([words])), lambda: sections(mrkdwn(words)))

    def _explained(self, part: Explained, language: Language) -> Twin:
        """A box for each code that is known, open where it is the only one."""
        boxes = [self._box(it, language, alone=len(part.codes) == 1) for it in part.codes]
        return Twin(
            [block for box in boxes for block in box],
            lambda: sections(mrkdwn(self._drawing.part(part, language))),
        )

    def _box(self, name: str, language: Language, *, alone: bool) -> Sequence[Block]:
        """Its title tells what the code means, if it means one thing only."""
        if (named := self._drawing.named(name)) is None:
            return rich_text(rich(self._drawing.explained(name, language)))
        several = len({it.meaning for it in named.readings}) > 1
        wording = self._wording
        title = wording.heading(named, language) if several else wording.title(Hit(named, 1.0), language)
        words = wording.readings(named, language) if several else wording.advice(named, language)
        body = rich_text(rich(words))
        return (container(plain(title), body, collapsed=None if alone else True),)

    def _buttons(self, report: Report, language: Language, share: str) -> Iterator[Element]:
        """A command that is too long for a button has none: it has to be typed."""
        for place, action in enumerate(report.actions, 1):
            if len(action.command) <= MOST_IN_VALUE:
                yield self._button(action, place, language)
        if share and len(share) <= MOST_IN_VALUE:
            yield button(self._say("block.share", language), "share_report:1", share)

    def _button(self, action: Action, place: int, language: Language) -> Element:
        words = plain(self._drawing.cell(action.label, language))
        if action.about:
            about = plain(self._drawing.cell(action.about, language))
            return button(words, f"open_form:{place}", f"ask {about}")
        if action.renews:
            return button(words, f"renew:{place}", action.command)
        if not action.dangerous:
            return button(words, f"run:{place}", action.command)
        asked = confirm(
            self._say("block.confirm_title", language),
            self._say("block.confirm_text", language, action=words),
            self._say("block.confirm_yes", language),
            self._say("block.confirm_no", language),
        )
        return button(words, f"run:{place}", action.command, style="danger", confirm=asked)


def natively(parts: Sequence[Part]) -> Iterator[tuple[Part, bool]]:
    """Each part, and whether Slack is to draw it itself: the longest table, and the first charts."""
    tables = [
        (-len(it.rows), place) for place, it in enumerate(parts) if isinstance(it, Table) and drawable(it)
    ]
    charts = [place for place, it in enumerate(parts) if isinstance(it, Series) and drawable(it)]
    native = {*(place for _, place in sorted(tables)[:1]), *charts[:MOST_CHARTS]}
    yield from ((part, place in native) for place, part in enumerate(parts))


def drawable(part: Table | Series) -> bool:
    if isinstance(part, Table):
        return 0 < len(part.columns) <= MOST_COLUMNS
    return any(value is not None for _, value in part.points)


def table_cell(markdown: str) -> Element:
    """Rich text where there is formatting, else the characters."""
    elements = rich(markdown)
    texts = [it for element in elements for it in element["elements"]]
    if len(elements) <= 1 and all(it.keys() == {"type", "text"} for it in texts):
        return cell(plain(markdown))
    return rich_cell(elements)


def small(words: Sequence[str]) -> tuple[Block, ...]:
    return (context(*map(mrkdwn, words)),) if words else ()
