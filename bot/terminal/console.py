"""A Slack channel in a terminal: a line in, what the bot posts out. A pipe works as well as a keyboard."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import assert_never

from bot.language import Language
from bot.phrases import Phrases
from bot.slack.names import ASK, COMMAND, EXPLAIN
from bot.terminal.fields import LINE_END, Asking, Field, field_of, fields_of
from bot.terminal.markup import Markup, literal
from bot.terminal.offers import Close, Key, Offer, Offers, Press, Submit
from bot.terminal.screen import BUTTONS, Choice, Screen
from bot.workspace.acks import acknowledge
from bot.workspace.layout import text_of
from bot.workspace.payloads import (
    closing,
    direct_message,
    global_shortcut,
    home_opened,
    mention,
    message_shortcut,
    press,
    slash_command,
    submission,
)
from bot.workspace.team import BOT, Change, Channel, Kept, Opened, Payload, Person, Team

LEAVING = frozenset({"quit", "exit", "q", "退出"})
# The person at the terminal, and the channel that it shows: what settings call them.
PERSON = CHANNEL = "console"
COLLEAGUE = "colleague"
LOCALES: Mapping[Language, str] = {"zh": "zh-CN", "en": "en-US"}
# How long the end of the input waits for what is under way. Seconds.
PATIENCE = 20.0
# So many options of a field are listed; the others are found by a part of their words.
MOST_LISTED = 20

# Digits of the number of a choice: what is longer may be an error code, or a phone.
LONGEST_NUMBER = 2

# What a Chinese keyboard types for the slash, with or without the command's own word behind it.
SLASH = re.compile(r"(?:[/／]|、(?=[sｓ][mｍ][sｓ](?:\s|$)))(?:[sｓ][mｍ][sｓ](?=\s|$))?\s*", re.IGNORECASE)
# The command in full: with it a form is left, as nothing that is filled in begins so.
COMMAND_LINE = re.compile(r"[/／、][sｓ][mｍ][sｓ](?:\s|$)", re.IGNORECASE)
HELP = frozenset({"help", "h", "?", "？", "帮助", "幫助"})
HOME = frozenset({"home", "首页", "主页"})
# The word before a text that is said elsewhere than in the channel.
ELSEWHERE = re.compile(r"(dm|私信|thread|追问|shortcut|快捷)(?:\s+(.+))?", re.IGNORECASE | re.DOTALL)
DIRECT, THREAD = frozenset({"dm", "私信"}), frozenset({"thread", "追问"})
CANCEL = frozenset({"cancel", "取消"})
# What people answer to a preview. Only its number sends, as it says what is chosen.
YES_OR_NO = CANCEL | {"y", "yes", "ok", "confirm", "n", "no", "确认", "确定", "是", "好", "否"}

Show = Callable[[str], None]
# The app's own dispatch: a body in, what the acknowledgement carries out.
Dispatch = Callable[[Payload], Awaitable[Payload | None]]
Settle = Callable[[], Awaitable[None]]


class Console:
    """Keeps what was offered, so that a number can choose it, and what is asked, so that a line answers it.

    `settled` waits until what was dispatched is dealt with; `finished` until nothing changes by itself any
    more: that is waited for, `PATIENCE` seconds at most, when the input ends, and after each line of a pipe.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a channel in a terminal stands on
        self,
        team: Team,
        dispatch: Dispatch,
        settled: Settle,
        phrases: Phrases,
        language: Language,
        show: Show,
        *,
        finished: Settle | None = None,
        typed: bool = True,
    ) -> None:
        self._team = team
        self._dispatch = dispatch
        self._settled = settled
        self._finished = finished or settled
        self._typed = typed
        self._phrases = phrases
        self._language = language
        self._show = show
        self._screen = Screen(phrases, language, Markup(self._name_of))
        self._feed: asyncio.Queue[Change] = asyncio.Queue()
        self._offers = Offers()
        self._shown: dict[Key, str] = {}
        self._asking: Asking | None = None
        # What the answer to a question outside of a form is for.
        self._asked_for: Press | None = None
        self._at_home = False
        self._private_told = False
        # Of the messages since the last line: where, for whom and under which title.
        self._titles: dict[tuple[str, str, str], Key] = {}
        # While a line is dealt with, and whether anything was drawn for it.
        self._in_line = self._said = False
        self._thread = ""

    async def run(self, lines: AsyncIterator[str]) -> None:
        settle_in(self._team, self._language)
        self._feed = self._team.feed()
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self._watch())
                await self._read(lines)
                await self._wait_for_all()
                watching.cancel()
        except ExceptionGroup as failed:
            # A pipe that nobody reads any more is told as such, whoever wrote into it.
            raise failed.exceptions[0] from failed

    async def _read(self, lines: AsyncIterator[str]) -> None:
        async for line in lines:
            text = line.strip()
            if text.lower() in LEAVING:
                return
            if text or self._asking:
                self._begin()
                await self._take(text)
                await self._rest()
                if not self._typed:
                    await self._wait()
                self._end()

    async def _rest(self) -> None:
        """Until everything that a line has brought about is drawn."""
        await self._settled()
        await self._feed.join()

    async def _wait_for_all(self) -> None:
        self._in_line = True
        if not await self._wait():
            self._say("console.not_over")

    async def _wait(self) -> bool:
        """Whether everything came to its end."""
        try:
            await asyncio.wait_for(self._finished(), PATIENCE)
        except TimeoutError:
            return False
        finally:
            await self._feed.join()
        return True

    async def _watch(self) -> None:
        while True:
            self._see(await self._feed.get())
            self._feed.task_done()

    # A line.

    def _begin(self) -> None:
        self._offers.begin()
        self._titles = {}
        self._in_line, self._said = True, False

    def _end(self) -> None:
        self._offers.end()
        if self._said:
            self._show("")
        self._in_line = self._said = False

    async def _take(self, text: str) -> None:
        word = text.casefold()
        view = self._team.top(PERSON)
        if (self._asking or view) and word in CANCEL:
            await self._give_up()
        elif self._asking and not COMMAND_LINE.match(text):
            await self._answer(self._asking, text)
        elif text.isdecimal() and (self._offers.any or len(text) == 1) and len(text) <= LONGEST_NUMBER:
            await self._choose(int(text))
        elif word in YES_OR_NO and self._offers.dangerous:
            self._say("console.choose", count=len(self._offers))
        else:
            # What was offered before counts no longer, whatever comes of this.
            self._offers.put(())
            self._offers.begin()
            await self._leave()
            await self._speak(text)

    async def _speak(self, text: str) -> None:
        word = text.casefold()
        self._at_home = word in HOME
        command = "help" if word in HELP else behind_slash(text)
        if command is not None:
            await self._command(command)
        elif self._at_home:
            await self._send(home_opened(self._team, PERSON))
        elif found := ELSEWHERE.fullmatch(text):
            await self._speak_elsewhere(found[1].lower(), found[2] or "")
        else:
            body = mention(self._team, PERSON, CHANNEL, text)
            self._thread = body["event"]["ts"]
            await self._send(body)

    async def _command(self, text: str) -> None:
        await self._send(slash_command(self._team, PERSON, CHANNEL, text, COMMAND))
        if text in {"", "help"}:
            await self._rest()
            self._say("console.also")

    async def _speak_elsewhere(self, where: str, text: str) -> None:
        if where in DIRECT:
            await self._send(direct_message(self._team, PERSON, text))
        elif where in THREAD:
            await self._send(mention(self._team, PERSON, CHANNEL, text, self._thread))
        elif text:
            kept = self._team.post(CHANNEL, COLLEAGUE, text)
            await self._send(message_shortcut(self._team, PERSON, kept, EXPLAIN.callback))
        else:
            await self._send(global_shortcut(self._team, PERSON, ASK.callback))

    async def _send(self, body: Payload) -> Mapping[str, str]:
        """Gives the errors of a form's fields, by block_id."""
        errors: Mapping[str, str] = acknowledge(self._team, body, await self._dispatch(body) or {})
        return errors

    # What is chosen and pressed.

    async def _choose(self, number: int) -> None:
        match offer := self._offers.at(number):
            case None:
                self._say("console.no_such_choice", number=number)
            case Press():
                await self._press(offer)
            case Submit():
                await self._submit(offer.key, Asking([]))
            case Close():
                await self._give_up()
            case _:
                assert_never(offer)

    async def _press(self, offer: Press) -> None:
        """Without the question that Slack puts before a dangerous one: nobody types a number by a slip."""
        if offer.choice.control.element["type"] in BUTTONS:
            await self._pressed(offer, offer.choice.chosen)
        else:
            self._asking, self._asked_for = Asking([field_of(offer.choice.control)]), offer
            self._ask()

    async def _pressed(self, offer: Press, chosen: str | Sequence[str] | None) -> None:
        entered = self._asking.entered if self._asking and not self._asked_for else {}
        place = self._place(offer.key)
        self._at_home = isinstance(place, Opened) and place.home
        await self._send(press(self._team, PERSON, place, offer.choice.control, chosen, entered))

    # Forms.

    async def _answer(self, asking: Asking, text: str) -> None:
        asked = asking.left[0]
        if complaint := asking.take(text):
            self._say(complaint.phrase, **complaint.details)
            self._ask()
        elif self._asked_for:
            offer, value = self._asked_for, asking.entered[asked.key]
            self._asking = self._asked_for = None
            await self._pressed(offer, value)
        else:
            await self._go_on(asking, asked)

    async def _go_on(self, asking: Asking, asked: Field) -> None:
        view = self._team.top(PERSON)
        if view is None:
            self._asking = None
            return
        if asked.dispatches:
            choice = Choice(asked.label, asked.control)
            await self._pressed(Press((view.id,), choice), asking.entered[asked.key])
            await self._rest()
        if asking.left:
            self._ask()
        else:
            await self._submit((view.id,), asking)

    async def _submit(self, key: Key, asking: Asking) -> None:
        view = self._team.view(key[0])
        self._asking = None
        errors = await self._send(submission(self._team, PERSON, view, asking.entered))
        if not errors:
            return
        asking.again(view.view["blocks"], list(errors))
        for it in asking.left:
            self._say("console.field_wrong", field=literal(it.label), reason=literal(errors[it.key]))
        if asking.left:
            self._asking = asking
            self._ask()

    async def _give_up(self) -> None:
        await self._leave()
        self._say("console.left")

    async def _leave(self) -> None:
        """Closes what was open, or gives up what was asked."""
        if self._asked_for:
            self._asking = self._asked_for = None
            return
        self._asking = None
        if (view := self._team.top(PERSON)) is None:
            return
        if view.view.get("notify_on_close"):
            await self._send(closing(self._team, PERSON, view))
        else:
            self._team.close(view)

    def _ask(self) -> None:
        """The field whose turn it is: its label, its options, what is in it now."""
        if not (self._asking and (asked := self._asking.field)):
            return
        now = asked.shown(self._asking.current(asked))
        say = self._phrases.say
        label = literal(asked.label) + (say("console.optional", self._language) if asked.optional else "")
        shown = literal(now.replace("\n", LINE_END))
        rows = [f"**{label}**" + (f" \\[{shown}\\]" if now else "")]
        rows += [f"*{literal(asked.hint)}*"] if asked.hint else []
        rows += [f"*{say('console.field_lines', self._language)}*"] if asked.several_lines else []
        listed = asked.options[:MOST_LISTED]
        rows += [f"\\[{at}\\] {literal(it)}" for at, (_, it) in enumerate(listed, 1)]
        if len(listed) < len(asked.options):
            rows.append(say("console.field_more", self._language, count=len(asked.options)))
        self._draw("\\\n".join(rows))

    # What the bot does.

    def _see(self, change: Change) -> None:
        match change.thing:
            case Kept() as kept:
                if kept.author == BOT.id and kept.only_for in {"", PERSON}:
                    self._see_message(change.what, kept)
            case Opened() as view:
                if view.person == PERSON:
                    self._see_view(change.what, view)
            case _:
                assert_never(change.thing)

    def _see_message(self, what: str, kept: Kept) -> None:
        key = (kept.channel, kept.ts)
        if what == "deleted":
            self._offers.retire(key)
            return
        if what == "posted":
            self._complete(key, kept)
        choices = list(self._screen.choices(kept.blocks))
        drawn = self._screen.draw(kept.blocks, self._offers.add(key, [Press(key, it) for it in choices]))
        self._draw_news(key, drawn or self._screen.markup.mrkdwn(kept.text), self._heading(what, kept))
        if what == "posted" and kept.only_for and not self._private_told:
            self._private_told = True
            self._draw(f"*{self._phrases.say('console.only_you', self._language)}*")

    def _complete(self, key: Key, kept: Kept) -> None:
        """What a line brings about twice under one title is one answer and its completion.

        Slack can't replace what it answered to a command; here only what is new has to be read.
        """
        title = (kept.channel, kept.only_for, self._screen.draw(kept.blocks).partition("\n\n")[0])
        if not kept.blocks:
            return
        if (before := self._titles.get(title)) is not None:
            self._offers.hand_on(before, key)
            self._shown[key] = self._shown[before]
        self._titles[title] = key

    def _heading(self, what: str, kept: Kept) -> str:
        """Where a message stands, if not in the channel or the person's own conversation."""
        elsewhere = kept.channel not in {CHANNEL, self._team.direct(PERSON).id}
        if what != "posted" or not elsewhere:
            return ""
        return f"*{literal(self._name_of(kept.channel))}*\n\n"

    def _see_view(self, what: str, view: Opened) -> None:
        key = (view.id,)
        if what == "closed":
            self._see_closed(key)
        elif not view.home:
            self._see_modal(view)
        elif self._at_home:
            choices = self._screen.choices(view.view["blocks"])
            first = self._offers.add(key, [Press(key, it) for it in choices])
            self._draw_news(key, self._screen.draw(view.view["blocks"], first))

    def _see_closed(self, key: Key) -> None:
        self._offers.retire(key)
        self._shown.pop(key, None)
        below = self._team.top(PERSON)
        if below is not None:
            self._see_modal(below)
        elif not self._asked_for:
            self._asking = None

    def _see_modal(self, view: Opened) -> None:
        """Draws it; its fields are asked for, without any it is sent or closed by number."""
        key, content = (view.id,), view.view
        inputs = fields_of(content["blocks"])
        offers: list[Offer] = [Press(key, it) for it in self._pressable(view)]
        ends = [] if inputs else [it for it in (Submit(key), Close(key)) if self._end_label(content, it)]
        first = self._offers.add(key, [*offers, *ends])
        rest = [it for it in content["blocks"] if it["type"] != "input"]
        labels = [
            f"\\[{at}\\] {literal(self._end_label(content, it))}"
            for at, it in enumerate(ends, first + len(offers))
        ]
        title = literal(text_of(content.get("title")))
        parts = (f"**{title}**", self._screen.draw(rest, first), "   ".join(labels))
        self._draw_news(key, "\n\n".join(it for it in parts if it))
        if inputs:
            asking = self._asking if self._asking and not self._asked_for else Asking([])
            asking.renew(content["blocks"])
            self._asking, self._asked_for = asking, None
            self._ask()

    def _pressable(self, view: Opened) -> list[Choice]:
        return [it for it in self._screen.choices(view.view["blocks"]) if it.control.block["type"] != "input"]

    def _end_label(self, content: Payload, end: Submit | Close) -> str:
        """A view without `submit` can only be left; that needs no number."""
        if not content.get("submit"):
            return ""
        if isinstance(end, Submit):
            return text_of(content["submit"])
        return text_of(content.get("close")) or self._phrases.say("console.close", self._language)

    # What is offered and shown.

    def _draw_news(self, key: Key, drawn: str, heading: str = "") -> None:
        """Of what was drawn before, only what is new."""
        fresh = news(drawn, self._shown.get(key, ""))
        self._shown[key] = drawn
        if fresh:
            self._draw(heading + fresh)

    def _draw(self, markdown: str) -> None:
        """What comes by itself begins on a line of its own: something may have been typed."""
        if self._said or not self._in_line:
            self._show("")
        self._said = True
        self._show(markdown)

    def _say(self, name: str, **details: object) -> None:
        self._draw(self._phrases.say(name, self._language, **details))

    def _place(self, key: Key) -> Kept | Opened:
        return self._team.view(key[0]) if len(key) == 1 else self._team.message(key[0], key[1])

    def _name_of(self, name: str) -> str:
        if name in self._team.people:
            return f"@{self._team.people[name].name}"
        return f"#{self._team.channels[name].name}" if name in self._team.channels else f"@{name}"


def settle_in(team: Team, language: Language) -> None:
    """The person at the terminal moves in, with a colleague whose messages can be asked about."""
    team.add_person(Person(PERSON, PERSON, LOCALES[language]))
    team.add_person(Person(COLLEAGUE, COLLEAGUE, LOCALES[language]))
    team.add_channel(Channel(CHANNEL, CHANNEL, frozenset({PERSON, COLLEAGUE, BOT.id})))


def behind_slash(text: str) -> str | None:
    """What stands behind the command, None when there is none."""
    found = SLASH.match(text)
    return text[found.end() :] if found else None


def news(drawn: str, shown: str) -> str:
    """The lines of a drawn message that `shown` has not."""
    known = {line.rstrip("\\") for line in shown.splitlines()}
    paragraphs = (
        [line for line in it.splitlines() if line.rstrip("\\") not in known] for it in drawn.split("\n\n")
    )
    return "\n\n".join("\n".join(lines).rstrip("\\") for lines in paragraphs if lines)
