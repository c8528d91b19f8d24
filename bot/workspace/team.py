"""A team in Slack: its people, groups and channels, what was said in them, and what everybody has open."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal

from bot.workspace.layout import Block, Judge, with_ids
from bot.workspace.refusal import Refusal

TEAM, APP, BOT_ID = "T0TEAM", "A0SMSBOT", "B0SMSBOT"
# How long a trigger opens a view, and a response_url answers.
TRIGGER_LIFE = timedelta(seconds=3)
HOOK_LIFE = timedelta(minutes=30)
HOOK_USES = 5
DEEPEST_STACK = 3

Payload = Mapping[str, Any]
What = Literal["posted", "changed", "deleted", "opened", "pushed", "updated", "published", "closed"]


@dataclass(frozen=True, slots=True)
class Person:
    """`guest`: of this team with few rights. `team`: another one, for somebody of a shared channel."""

    id: str
    name: str
    locale: str = "en-US"
    guest: bool = False
    team: str = TEAM
    is_bot: bool = False


BOT = Person("U0SMSBOT", "smsbot", is_bot=True)


@dataclass(frozen=True, slots=True)
class Channel:
    """`direct`: the conversation of one person with the bot."""

    id: str
    name: str
    members: frozenset[str] = frozenset()
    private: bool = False
    direct: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """`alt_text` is what is read out of a picture. Before it has come, `content` is empty."""

    id: str
    name: str
    length: int
    alt_text: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that stands in a channel. `only_for`: the one person who sees it, "" for everybody.

    `edited`: how often it was changed. `ts` is its name in the channel.
    """

    channel: str
    ts: str
    author: str
    text: str
    blocks: tuple[Block, ...] = ()
    thread: str = ""
    only_for: str = ""
    edited: int = 0
    metadata: Payload = field(default_factory=dict)
    reactions: tuple[str, ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A view as a person has it before them; `hash` changes with every update."""

    id: str
    person: str
    view: Payload
    hash: str
    root: str
    previous: str = ""

    @property
    def home(self) -> bool:
        return bool(self.view["type"] == "home")


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a message or a view, as it is now."""

    what: What
    thing: Kept | Opened


@dataclass(slots=True)
class Hook:
    """A response_url: who may be answered where, and the message that it replaces ("" for none)."""

    channel: str
    person: str
    ends: datetime
    source: str = ""
    uses: int = 0


@dataclass(slots=True)
class Trigger:
    person: str
    ends: datetime
    used: bool = False


def nothing_wrong(_arguments: Payload) -> Sequence[str]:
    return ()


class Team:
    """`now` gives aware datetimes; `judge` finds what is wrong with blocks. The bot is one of the people."""

    def __init__(self, now: Callable[[], datetime], judge: Judge = nothing_wrong) -> None:
        self.now = now
        self.judge = judge
        self.address = ""
        self.people: dict[str, Person] = {BOT.id: BOT}
        self.groups: dict[str, tuple[str, ...]] = {}
        self.channels: dict[str, Channel] = {}
        self.homes: dict[str, Opened] = {}
        self.stacks: dict[str, list[Opened]] = {}
        self.hooks: dict[str, Hook] = {}
        # Files that are on their way, by id.
        self.uploads: dict[str, File] = {}
        # The scopes that the token lacks, of those that it can be without: see `check_scope`.
        self.lacking: set[str] = set()
        self._triggers: dict[str, Trigger] = {}
        self._messages: dict[str, list[Kept]] = {}
        self._numbers = count(1)
        self._last_ts = 0
        self._feeds: list[asyncio.Queue[Change]] = []
        self._changed = asyncio.Event()

    def add_person(self, person: Person) -> Person:
        self.people[person.id] = person
        return person

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def direct(self, person: str) -> Channel:
        """The conversation of a person with the bot; it begins with the first call."""
        if person not in self.people:
            raise Refusal("user_not_found")
        members = frozenset({person, BOT.id})
        return self.channels.setdefault(
            f"D0{person}", Channel(f"D0{person}", "directmessage", members, private=True, direct=True)
        )

    def messages(self, channel: str) -> list[Kept]:
        """All that stands in a channel, oldest first."""
        return list(self._messages.get(channel, ()))

    def message(self, channel: str, ts: str) -> Kept:
        """
        Raises:
            Refusal: message_not_found.
        """
        for it in self._messages.get(channel, ()):
            if it.ts == ts:
                return it
        raise Refusal("message_not_found")

    def post(  # noqa: PLR0913 - what a message consists of
        self,
        channel: str,
        author: str,
        text: str,
        blocks: Sequence[Block] = (),
        *,
        thread: str = "",
        only_for: str = "",
        metadata: Payload | None = None,
        files: Sequence[File] = (),
    ) -> Kept:
        kept = Kept(
            channel,
            self.next_ts(),
            author,
            text,
            with_ids(blocks),
            thread,
            only_for,
            metadata=metadata or {},
            files=tuple(files),
        )
        self._messages.setdefault(channel, []).append(kept)
        self._tell(Change("posted", kept))
        return kept

    def change(self, kept: Kept, text: str, blocks: Sequence[Block]) -> Kept:
        now = replace(kept, text=text, blocks=with_ids(blocks), edited=kept.edited + 1)
        self._put(now)
        self._tell(Change("changed", now))
        return now

    def react(self, kept: Kept, name: str) -> None:
        self._put(replace(kept, reactions=(*kept.reactions, name)))

    def delete(self, kept: Kept) -> None:
        self._messages[kept.channel] = [it for it in self._messages[kept.channel] if it.ts != kept.ts]
        self._tell(Change("deleted", kept))

    def upload(self, name: str, content: bytes) -> None:
        """Takes what a file consists of.

        Raises:
            Refusal: file_not_found, or file_corrupted for another length than was told.
        """
        file = self.uploads.get(name)
        if file is None:
            raise Refusal("file_not_found")
        if len(content) != file.length:
            raise Refusal("file_corrupted")
        self.uploads[name] = replace(file, content=content)

    def view(self, name: str) -> Opened:
        """
        Raises:
            Refusal: not_found.
        """
        for it in self.opened():
            if name in {it.id, it.view.get("external_id")}:
                return it
        raise Refusal("not_found")

    def opened(self) -> Iterator[Opened]:
        """Every view that somebody has, the top of each stack last."""
        yield from self.homes.values()
        for stack in self.stacks.values():
            yield from stack

    def top(self, person: str) -> Opened | None:
        """The modal that a person has before them."""
        stack = self.stacks.get(person)
        return stack[-1] if stack else None

    def open(self, person: str, view: Payload) -> Opened:
        """Instead of whatever modals were open."""
        self.stacks[person] = []
        return self._stack(person, view, "opened")

    def push(self, person: str, view: Payload) -> Opened:
        """
        Raises:
            Refusal: push_limit_reached.
        """
        if len(self.stacks.get(person, ())) >= DEEPEST_STACK:
            raise Refusal("push_limit_reached")
        return self._stack(person, view, "pushed")

    def update(self, opened: Opened, view: Payload) -> Opened:
        now = replace(opened, view=kept_view(view), hash=self.new("h"))
        if opened.home:
            self.homes[opened.person] = now
        else:
            stack = self.stacks[opened.person]
            stack[[it.id for it in stack].index(opened.id)] = now
        self._tell(Change("published" if opened.home else "updated", now))
        return now

    def publish(self, person: str, view: Payload) -> Opened:
        if person in self.homes:
            return self.update(self.homes[person], view)
        name = self.new("V0HOME")
        self.homes[person] = Opened(name, person, kept_view(view), self.new("h"), name)
        self._tell(Change("published", self.homes[person]))
        return self.homes[person]

    def close(self, opened: Opened, *, every: bool = False) -> None:
        """Takes a modal away, or `every` one of its person."""
        stack = self.stacks.get(opened.person, [])
        self.stacks[opened.person] = [] if every else [it for it in stack if it.id != opened.id]
        self._tell(Change("closed", opened))

    def trigger(self, person: str) -> str:
        """A new trigger_id, good for one view within three seconds."""
        name = self.new("1337.")
        self._triggers[name] = Trigger(person, self.now() + TRIGGER_LIFE)
        return name

    def pull(self, name: str) -> str:
        """Uses a trigger_id up; gives the person.

        Raises:
            Refusal: invalid_trigger_id, exchanged_trigger_id or expired_trigger_id.
        """
        trigger = self._triggers.get(name)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self.now() > trigger.ends:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.person

    def hook(self, channel: str, person: str, source: str = "") -> str:
        """A new response_url; the team has to be served for it to answer."""
        name = self.new("R0")
        self.hooks[name] = Hook(channel, person, self.now() + HOOK_LIFE, source)
        return f"{self.address}/hooks/{name}"

    def feed(self) -> asyncio.Queue[Change]:
        """Every change from now on."""
        self._feeds.append(asyncio.Queue())
        return self._feeds[-1]

    async def until(self, condition: Callable[[], object], seconds: float = 5.0) -> None:
        """Waits until something holds that a call, or a change of messages and views, brings about.

        Raises:
            TimeoutError: when it does not within so many seconds.
        """
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def forget(self) -> None:
        """Drops what was said and every way to answer it: a long run would only pile it up."""
        self._messages.clear()
        self._triggers.clear()
        self.hooks.clear()
        self.uploads.clear()

    def stir(self) -> None:
        """Lets those who wait look again."""
        self._changed.set()

    def next_ts(self) -> str:
        """Later than all before, as seconds with six places."""
        self._last_ts = max(self._last_ts + 1, int(self.now().timestamp() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new(self, prefix: str) -> str:
        """A name that nothing else has."""
        return f"{prefix}{next(self._numbers):04d}"

    def _stack(self, person: str, view: Payload, what: What) -> Opened:
        stack = self.stacks.setdefault(person, [])
        name = self.new("V0")
        root, previous = (stack[0].id, stack[-1].id) if stack else (name, "")
        stack.append(Opened(name, person, kept_view(view), self.new("h"), root, previous))
        self._tell(Change(what, stack[-1]))
        return stack[-1]

    def _put(self, kept: Kept) -> None:
        messages = self._messages[kept.channel]
        messages[[it.ts for it in messages].index(kept.ts)] = kept

    def _tell(self, change: Change) -> None:
        for feed in self._feeds:
            feed.put_nowait(change)
        self.stir()


def kept_view(view: Payload) -> Payload:
    return {**view, "blocks": list(with_ids(view["blocks"]))}
