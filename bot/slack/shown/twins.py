"""Twins: each part of a message in both of its forms, as blocks and as plain sections.

The plain form is drawn only when it is asked for: Slack refuses the other one hardly ever.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.slack.message import Block, Message
from bot.slack.shown.blocks import fitted, rich_text, sections
from bot.slack.shown.markdown import fallback, mrkdwn, rich


@dataclass(frozen=True, slots=True)
class Twin:
    """`plain` gives sections, context and buttons only."""

    blocks: Sequence[Block]
    plain: Callable[[], Sequence[Block]]


def alike(*blocks: Block) -> Twin:
    """What looks the same in both."""
    return Twin(blocks, lambda: blocks)


def prose(markdown: str) -> Twin:
    return Twin(rich_text(rich(markdown)), lambda: sections(mrkdwn(markdown)))


def message(markdown: str, twins: Iterable[Twin], notice: str) -> Message:
    """`markdown` is the whole message for who can't see blocks; `notice` says that something was cut."""
    kept = list(twins)
    return Message(
        fallback(markdown),
        fitted([block for twin in kept for block in twin.blocks], notice),
        lambda: fitted([block for twin in kept for block in twin.plain()], notice),
    )
