"""Calling people to a question that the bot can't answer, and thanking who helped."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from bot.drawing import escaped
from bot.faq.asked import Asked, HandOff
from bot.faq.assistant import Hit
from bot.language import Language
from bot.slack.message import Message
from bot.slack.shown.answers import Offer
from bot.slack.shown.blocks import MOST_BLOCKS, Element, actions, button, mention, rich_text, section
from bot.slack.shown.markdown import mrkdwn, text
from bot.slack.shown.twins import Twin, alike, message, prose
from bot.wording import Wording


class Calls:
    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._say = wording.phrases.say

    def call(self, asked: Asked, asker: str, who: str, tried: Sequence[Hit]) -> Message:
        """Calls `who` (a person or a user group) for `asker`: the question, what was tried, a button to resolve it."""
        language = asked.language
        words = self._say("slack.call", language)
        rows = "\n".join(f"- {self._wording.title(it, language)}" for it in tried)
        about = f"> {escaped(asked.text)}"
        if rows:
            about += f"\n\n{self._say('slack.call_tried', language)}\n{rows}"
        resolve = button(self._say("slack.resolve", language), "resolve:1", asked.id)
        twins = [called((who, asker), words), prose(about), alike(*actions(resolve))]
        return message(f"{words}\n\n{about}", twins, self._cut(language))

    def resolved(self, asked: Asked, hand_off: HandOff) -> Message:
        """In place of the call, once somebody has helped."""
        language = asked.language
        words, about = self._say("slack.resolved", language), f"> {escaped(asked.text)}"
        twins = [called((hand_off.resolved_by, hand_off.asker), words), prose(about)]
        return message(f"{words}\n\n{about}", twins, self._cut(language))

    def gave_up(self, asked: Asked, offers: AbstractSet[Offer]) -> Message:
        """When none of the candidates was it."""
        words = self._say("slack.gave_up", asked.language)
        twins = [prose(words)]
        if "ask_a_person" in offers:
            ask = button(self._say("block.ask_a_person", asked.language), "ask_a_person:1", asked.id)
            twins.append(alike(*actions(ask)))
        return message(words, twins, self._cut(asked.language))

    def _cut(self, language: Language) -> str:
        return mrkdwn(self._say("block.cut", language))


def called(people: Sequence[str], words: str) -> Twin:
    """People by their ids, who are meant to be told, then words of ours."""
    elements: list[Element] = []
    for it in people:
        elements += [mention(it), text(" ")]
    line = {"type": "rich_text_section", "elements": [*elements, text(words)]}
    addressed = " ".join(map(address, people))
    return Twin(rich_text([line]), lambda: (section(f"{addressed} {mrkdwn(words)}"),))


def shared_by(person: str, words: str, shown: Message) -> Message:
    """A message with a last line that tells who wanted everybody to see it."""
    line = called((person,), words)
    return Message(
        shown.text,
        (*shown.blocks[: MOST_BLOCKS - 1], *line.blocks),
        lambda: (*shown.plain[: MOST_BLOCKS - 1], *line.plain()),
    )


def calling(people: Sequence[str], words: str, shown: Message) -> Message:
    """A message with a first line that calls people and groups to it."""
    line = called(people, words)
    return Message(
        shown.text,
        (*line.blocks, *shown.blocks[: MOST_BLOCKS - 1]),
        lambda: (*line.plain(), *shown.plain[: MOST_BLOCKS - 1]),
    )


def address(name: str) -> str:
    """A live mention in mrkdwn."""
    return f"<!subteam^{name}>" if name.startswith("S") else f"<@{name}>"
