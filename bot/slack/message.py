"""What is sent to Slack, and where to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Block = Mapping[str, Any]
View = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what notifications and screen readers say: escaped already.

    `plain` says the same in sections, context and buttons only, for a Slack that refuses `blocks`. It is
    drawn by `drawn_plain` when it is needed.
    """

    text: str
    blocks: tuple[Block, ...]
    drawn_plain: Callable[[], tuple[Block, ...]] = field(repr=False, compare=False)

    @property
    def plain(self) -> tuple[Block, ...]:
        return self.drawn_plain()


@dataclass(frozen=True, slots=True)
class Answerable:
    """Behind a response_url: five times within 30 minutes, without being in the channel.

    `public`: to everybody in the channel, else to `person` alone. `replace`: instead of the message whose
    button was pressed. `thread` is the ts of the thread that it belongs to, or "".
    """

    url: str
    channel: str
    person: str
    thread: str = ""
    public: bool = False
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Whispered:
    """To one person in a channel (chat.postEphemeral)."""

    channel: str
    person: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """To a channel or a direct message (chat.postMessage)."""

    channel: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A message that stands in a channel and may be changed (chat.update)."""

    channel: str
    ts: str


# By what a message of ours is known again in its channel. API: message metadata.
POSTING = "smsbot_posting"


def metadata_of(key: str) -> Mapping[str, Any]:
    """What goes with a message that is posted once: `key` names it in the ledger."""
    return {"event_type": POSTING, "event_payload": {"key": key}}


Place = Answerable | Whispered | Posted | Standing
