"""Cards: every kind of message that we send, made of values."""

from collections.abc import Set as AbstractSet

from bot.drawing import Drawing, escaped
from bot.errors import BotError
from bot.faq.assistant import Reply
from bot.language import Language
from bot.phrases import Phrases
from bot.slack.message import Message
from bot.slack.shown.answers import Answers, Offer
from bot.slack.shown.markdown import mrkdwn, plain
from bot.slack.shown.reports import Reports
from bot.slack.shown.twins import message, prose
from bot.sms.report import Cell, Report, Say
from bot.wording import Wording


class Cards:
    def __init__(self, wording: Wording, drawing: Drawing, phrases: Phrases) -> None:
        self._answers = Answers(wording)
        self._reports = Reports(wording, drawing)
        self._drawing = drawing
        self._say = phrases.say

    def answer(self, reply: Reply, question: str, *, offers: AbstractSet[Offer]) -> Message:
        """`question` is its id; `offers` are the buttons that make sense where the message goes."""
        return self._answers.answer(reply, question, offers=offers)

    def report(self, report: Report, language: Language, *, share: str = "") -> Message:
        """`share` is the command in full that shows the same to the whole channel; "" where that is no use."""
        return self._reports.report(report, language, share=share)

    def error(self, error: BotError, language: Language) -> Message:
        """What went wrong, and what to do next."""
        return self._told(self._drawing.error(error, language), language)

    def told_of(self, what: Say, channel: str, error: BotError, language: Language) -> Message:
        """That something is not posted, and why: for those who can mend it."""
        reason = self._drawing.error(error, language)
        details = {"what": self._drawing.cell(what, language), "channel": escaped(channel), "reason": reason}
        return self._told(self._say("posting.not_posted", language, **details), language)

    def said(self, phrase: str, language: Language, **details: Cell) -> Message:
        """A phrase alone; a detail that is a `str` is foreign."""
        return self._told(self._drawing.cell(Say(phrase, details), language), language)

    def words(self, phrase: str, language: Language, **details: Cell) -> str:
        """A phrase as plain characters: for a title, or an error below a field."""
        return plain(self._drawing.cell(Say(phrase, details), language))

    def _told(self, markdown: str, language: Language) -> Message:
        return message(markdown, [prose(markdown)], mrkdwn(self._say("block.cut", language)))
