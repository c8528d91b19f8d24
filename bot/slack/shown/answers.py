"""Answers: what the assistant says to a question, as a message with its buttons."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, assert_never

from bot.faq.assistant import Answered, Reply, Unknown, Unsure
from bot.faq.codes import Named
from bot.faq.entry import Entry
from bot.language import Language
from bot.slack.message import Block, Message
from bot.slack.shown.blocks import (
    MOST_IN_BUTTON,
    actions,
    button,
    container,
    context,
    divider,
    feedback,
    rich_text,
    sections,
)
from bot.slack.shown.markdown import mrkdwn, plain, rich
from bot.slack.shown.reading import reading
from bot.slack.shown.twins import Twin, alike, message, prose
from bot.wording import Wording, onward

Offer = Literal["verdict", "not_this", "ask_a_person", "share"]


class Answers:
    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._say = wording.phrases.say

    def answer(self, reply: Reply, question: str, *, offers: AbstractSet[Offer]) -> Message:
        """`question` is its id; `offers` are the buttons that make sense where the message goes."""
        notice = self._say("block.cut", reply.language)
        twins = [*self._body(reply, question), *self._buttons(reply, question, offers)]
        return message(self._wording.markdown(reply), twins, mrkdwn(notice))

    def _body(self, reply: Reply, question: str) -> Iterator[Twin]:
        match reply:
            case Answered():
                yield from self._shown(reply)
            case Unsure():
                yield from self._offered(reply, question)
            case Unknown():
                yield prose(self._wording.markdown(reply))
            case _:
                assert_never(reply)

    def _shown(self, reply: Answered) -> Iterator[Twin]:
        """Of several codes only the first is open."""
        codes = [hit.subject for hit in reply.shown if isinstance(hit.subject, Named)]
        for place, (hit, see) in enumerate(onward(reply.shown)):
            if isinstance(hit.subject, Entry):
                yield from self._entry(hit.subject, see, reply.language)
            else:
                collapsed = hit.subject is not codes[0] if len(codes) > 1 else None
                yield self._code(hit.subject, see, reply.language, collapsed=collapsed)
            if place + 1 < len(reply.shown):
                yield Twin((), lambda: (divider(),))

    def _entry(self, entry: Entry, names: Sequence[str], language: Language) -> Iterator[Twin]:
        """The answer itself before all else."""
        yield prose(f"**{entry.title[language]}**\n\n{entry.answer[language]}")
        yield prose(self._wording.links(entry, language))
        yield alike(*self._see(names, language))
        yield alike(context(mrkdwn(self._wording.source(entry, language))))

    def _code(
        self, named: Named, names: Sequence[str], language: Language, *, collapsed: bool | None
    ) -> Twin:
        heading, readings = self._wording.heading(named, language), self._wording.readings(named, language)
        see = self._see(names, language)
        box = container(plain(heading), (*rich_text(rich(readings)), *see), collapsed=collapsed)
        return Twin((box,), lambda: (*sections(mrkdwn(f"{heading}\n\n{readings}")), *see))

    def _see(self, names: Sequence[str], language: Language) -> tuple[Block, ...]:
        """Neighbouring answers, each behind a button."""
        return reading(self._say("answer.see", language), self._wording.titles(names, language))

    def _offered(self, reply: Unsure, question: str) -> Iterator[Twin]:
        """A title that is too long for a button stands above in full, and so do its neighbours."""
        titles = [plain(self._wording.title(hit, reply.language)) for hit in reply.choices]
        listed = any(len(it) > MOST_IN_BUTTON for it in titles)
        yield prose(self._wording.markdown(reply) if listed else self._wording.asked_back(reply))
        labels = [f"{place}. {it}" if listed else it for place, it in enumerate(titles, 1)]
        yield alike(
            *actions(
                *(
                    button(label, f"choose:{place}", f"{question} {hit.id}")
                    for place, (label, hit) in enumerate(zip(labels, reply.choices, strict=True), 1)
                )
            )
        )

    def _buttons(self, reply: Reply, question: str, offers: AbstractSet[Offer]) -> Iterator[Twin]:
        language, first = reply.language, reply.shown[0].id if isinstance(reply, Answered) else ""
        if "verdict" in offers:
            yield self._verdict(question, language)
        row = []
        if "not_this" in offers:
            row.append(button(self._say("block.not_this", language), "not_this:1", f"{question} {first}"))
        if "ask_a_person" in offers:
            words = self._say(
                "block.none_of_these" if isinstance(reply, Unsure) else "block.ask_a_person", language
            )
            row.append(button(words, "ask_a_person:1", question))
        if "share" in offers:
            row.append(button(self._say("block.share", language), "share_answer:1", f"{question} {first}"))
        yield alike(*actions(*row))

    def _verdict(self, question: str, language: Language) -> Twin:
        """Slack sends one action for both thumbs, with the value of the one that was pressed."""
        liked = (self._say("block.liked", language), f"like {question}")
        disliked = (self._say("block.disliked", language), f"dislike {question}")
        buttons = actions(
            button(liked[0], "verdict:like", liked[1]), button(disliked[0], "verdict:dislike", disliked[1])
        )
        return Twin((feedback("verdict:thumbs", liked, disliked),), lambda: buttons)
