"""Reading on: a label and a button for each answer that helps further."""

from collections.abc import Sequence

from bot.slack.message import Block
from bot.slack.shown.blocks import actions, button, context
from bot.slack.shown.markdown import mrkdwn, plain


def reading(label: str, titles: Sequence[tuple[str, str]]) -> tuple[Block, ...]:
    """`titles` are ids of entries and their titles, Markdown like the label; no blocks for none."""
    buttons = [button(plain(title), f"read:{name}", name) for name, title in dict(titles).items()]
    return (context(mrkdwn(label)), *actions(*buttons)) if buttons else ()
