"""A channel's daily digest as a verb: seen now, set up, switched off, paused; and how it stands."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches

from bot.errors import BotError
from bot.sms.balance import balance
from bot.sms.command import Command, folded
from bot.sms.desk import Account, Desk
from bot.sms.notes import SOON, name_of, refresh
from bot.sms.plans import Plan
from bot.sms.report import Paragraph, Refresh, Report, say
from bot.sms.standing import told
from bot.sms.stats import stats
from bot.sms.timetable import DEFAULT, NO_CLOCK, NO_ZONE, Wish, length_of, read_wish

# How long somebody waits for a digest, in seconds.
PATIENCE = 1.0
# How long it is paused where nobody says so.
USUAL_PAUSE = timedelta(days=1)
# How alike a first word must be to one of ours.
ALIKE = 0.65

NOW = frozenset({"now", "show", "现在", "現在", "现在看", "現在看", "立即", "看", "看看", "预览", "預覽"})
ON = frozenset(
    {
        "on",
        "at",
        "start",
        "enable",
        "subscribe",
        "开",
        "开启",
        "打开",
        "设置",
        "订阅",
        "開",
        "開啟",
        "打開",
        "設置",
        "訂閱",
    }
)
OFF = frozenset(
    {
        "off",
        "stop",
        "disable",
        "cancel",
        "delete",
        "unsubscribe",
        "关",
        "关闭",
        "停",
        "停止",
        "取消",
        "退订",
        "關",
        "關閉",
        "退訂",
    }
)
SNOOZE = frozenset({"snooze", "pause", "暂停", "静默", "暫停", "靜默"})
RESUME = frozenset({"resume", "continue", "恢复", "继续", "恢復", "繼續"})
STATUS = frozenset({"", "status", "状态", "狀態"})
DETAILS = frozenset({"details", "detail", "详情", "明细", "詳情", "明細"})
# What a button says that draws a digest again where it stands: not for typing.
AGAIN = frozenset({"again"})
# These change something for the whole channel.
SETTING = ON | OFF | SNOOZE | RESUME

# A channel by its name: only its id tells which one it is.
CALLED_SO = re.compile(r"#.+", re.DOTALL)
# What a strange word is not, though it may have been meant for it.
UNFIT = ((NO_ZONE, "plan.no_zone"), (NO_CLOCK, "plan.no_clock"), (CALLED_SO, "plan.channel_id"))


async def digest(command: Command, desk: Desk) -> Report:
    """The first word tells what is wanted; a time of day alone sets the digest up.

    Raises:
        BotError: for words that mean nothing here, for another's channel, or where we can't post.
        StoreAway: when the database can't be had.
    """
    first, *rest = words_of(command.text)
    if step := step_of(first):
        return await step(command, desk, rest)
    if sets(command.text, desk.accounts) and meant(command.text, desk.accounts):
        return await switch_on(command, desk, command.words)
    raise misunderstood(command, desk)


def sets(text: str, accounts: Mapping[str, object] | None = None) -> bool:
    """Whether these words behind the verb change the channel's plan."""
    first, *_ = words_of(text)
    if step_of(first):
        return folded(first) in SETTING
    return read_wish(text.split(), accounts or {}).at is not None


def meant(text: str, accounts: Collection[str]) -> bool:
    """Whether every word behind the verb is one that it knows: a sentence has others."""
    first, *behind = words_of(text)
    if not step_of(first):
        return not read_wish(text.split(), accounts).strange
    with suppress(ValueError):
        _, others = length_of(behind)
        return not read_wish(others, accounts).strange
    return True


def words_of(text: str) -> Sequence[str]:
    """With a Chinese step apart from the length or the time behind it: 暂停3天 is two words."""
    first, *rest = text.split() or [""]
    if step_of(first):
        return (first, *rest)
    begun = (first[:it] for it in range(min(len(first) - 1, LONGEST_STEP), 0, -1) if not first[:it].isascii())
    step = next((it for it in begun if step_of(it)), "")
    if not step:
        return (first, *rest)
    behind = first[len(step) :]
    known = any(meant(f"on {it}", ()) for it in (behind, " ".join((behind, *rest[:1]))))
    return (step, behind, *rest) if known else (first, *rest)


def step_of(word: str) -> "Step | None":
    return next((run for names, run in STEPS if folded(word) in names), None)


def misunderstood(command: Command, desk: Desk) -> BotError:
    """What the first word may have meant; where all of them are known, what they lack."""
    words = command.words
    wish = read_wish(words, desk.accounts)
    if not wish.strange:
        near = f"{lacking(wish)} {' '.join(words)}"
    elif near := nearest(words[0]) if read_wish(words[:1], desk.accounts).strange else "":
        whole = " ".join((near, *words[1:]))
        near = whole if meant(whole, desk.accounts) else near
    else:
        return strange(wish)
    return BotError("plan.misspelt_step", word=words[0], near=near)


def lacking(wish: Wish) -> str:
    """The step that the words may want; where several could be, what changes nothing."""
    if wish == Wish(channel=wish.channel):
        return "status"
    return "now" if wish == Wish(accounts=wish.accounts) else "on"


def nearest(word: str) -> str:
    """The first word most like this one; "" where none is."""
    names = [name for names, _ in STEPS if names is not AGAIN for name in sorted(names) if name]
    return next(iter(get_close_matches(folded(word), names, n=1, cutoff=ALIKE)), "")


async def show(command: Command, desk: Desk, words: Sequence[str]) -> Report:
    chosen = chosen_accounts(desk, words)
    found = await desk.digests.report(command, [it.name for it in chosen], patience=PATIENCE)
    if not any(it.history.loading for it in chosen):
        return found
    again = Refresh(f"digest now {' '.join(words)}".strip(), SOON, "first_and_last")
    return replace(found, notes=(*found.notes, say("sms.loading")), refresh=again)


async def show_again(command: Command, desk: Desk, words: Sequence[str]) -> Report:
    """Where it stands, for everybody."""
    if len(words) != 1:
        raise BotError("plan.unknown_word", word=" ".join(words))
    return await desk.digests.again(command, words[0])


async def show_details(command: Command, desk: Desk, words: Sequence[str]) -> Report:
    """All packages, and the last week day by day, of one account."""
    account = chosen_accounts(desk, words)[0]
    whole = await balance(replace(command, text=account.name), desk)
    week = await stats(replace(command, text=f"7d {account.name}"), desk)
    heading = Paragraph(say("digest.heading", words=week.title))
    small = [it for it in whole.notes if it not in week.notes]
    return Report(
        say("digest.details_title", account=name_of(account)),
        (*whole.parts, heading, *week.parts),
        (*small, *week.notes),
        whole.actions,
        refresh(account, "digest details", "first_and_last"),
    )


async def switch_on(command: Command, desk: Desk, words: Sequence[str]) -> Report:
    wish = understood(words, desk)
    channel = channel_of(command, wish)
    standing = await desk.digests.standing(channel)
    before = standing.plan or Plan(channel, DEFAULT)
    plan = wish.applied(before, command.at, command.asker.person)
    await desk.digests.put(command.asker, plan)
    if standing.paused:
        await desk.digests.pause(command.asker, channel, None)
    return await told("plan.now_on", channel, command, desk)


async def switch_off(command: Command, desk: Desk, words: Sequence[str]) -> Report:
    channel = only_channel(command, desk, words)
    plan = await plan_of(desk, channel)
    await desk.digests.put(command.asker, replace(plan, on=False, person=command.asker.person))
    return await told("plan.now_off", channel, command, desk)


async def pause(command: Command, desk: Desk, words: Sequence[str]) -> Report:
    """`snooze [90m|6h|3d]`, a day by default."""
    try:
        length, rest = length_of(words)
    except ValueError:
        raise BotError("plan.no_length", word=" ".join(words)) from None
    unknown = read_wish(rest, desk.accounts).strange
    if unknown and not CALLED_SO.fullmatch(unknown[0]):
        raise BotError("plan.no_length", word=unknown[0])
    channel = only_channel(command, desk, rest)
    await plan_of(desk, channel)
    await desk.digests.pause(command.asker, channel, command.at + (length or USUAL_PAUSE))
    return await told("plan.now_paused", channel, command, desk)


async def resume(command: Command, desk: Desk, words: Sequence[str]) -> Report:
    channel = only_channel(command, desk, words)
    await plan_of(desk, channel)
    if (await desk.digests.standing(channel)).paused:
        await desk.digests.pause(command.asker, channel, None)
    return await told("plan.now_resumed", channel, command, desk)


async def status(command: Command, desk: Desk, words: Sequence[str]) -> Report:
    channel = only_channel(command, desk, words)
    return await told("plan.title", channel, command, desk)


async def plan_of(desk: Desk, channel: str) -> Plan:
    """Raises:
    BotError: for a channel without a digest, or where it is off.
    """
    plan = (await desk.digests.standing(channel)).plan
    if plan is None or not plan.on:
        raise BotError("plan.is_off")
    return plan


def chosen_accounts(desk: Desk, words: Sequence[str]) -> Sequence[Account]:
    """Those that the words name; without any, all.

    Raises:
        BotError: when no account is set up, or a word names none.
    """
    if not desk.accounts:
        raise BotError("sms.no_account")
    if unknown := [it for it in words if it.lower() not in desk.accounts]:
        raise BotError("sms.unknown_account", name=" ".join(unknown), names=", ".join(desk.accounts))
    return [desk.accounts[it.lower()] for it in words] or list(desk.accounts.values())


def understood(words: Sequence[str], desk: Desk) -> Wish:
    """Raises:
    BotError: with the first word that means nothing, and what it may have meant.
    """
    wish = read_wish(words, desk.accounts)
    if wish.strange:
        raise strange(wish)
    return wish


def strange(wish: Wish) -> BotError:
    word = wish.strange[0]
    phrase = next((it for kind, it in UNFIT if kind.fullmatch(word)), "")
    if not phrase and wish.near:
        return BotError("plan.misspelt_word", word=word, near=wish.near)
    return BotError(phrase or "plan.unknown_word", word=word)


def only_channel(command: Command, desk: Desk, words: Sequence[str]) -> str:
    """Raises:
    BotError: for anything else that is named: a digest is switched off, paused and shown as a whole.
    """
    wish = read_wish(words, desk.accounts)
    if any(CALLED_SO.fullmatch(it) for it in wish.strange):
        raise strange(wish)
    if wish != Wish(channel=wish.channel):
        raise BotError("plan.whole_only", words=" ".join(words))
    return channel_of(command, wish)


def channel_of(command: Command, wish: Wish) -> str:
    """Where it was said; another channel only for admins."""
    if wish.channel in {"", command.asker.channel}:
        return command.asker.channel
    if not command.asker.admin:
        raise BotError("guard.not_admin")
    return wish.channel


Step = Callable[[Command, Desk, Sequence[str]], Awaitable[Report]]
# By the first word.
STEPS: tuple[tuple[frozenset[str], Step], ...] = (
    (STATUS, status),
    (NOW, show),
    (ON, switch_on),
    (OFF, switch_off),
    (SNOOZE, pause),
    (RESUME, resume),
    (DETAILS, show_details),
    (AGAIN, show_again),
)
LONGEST_STEP = max(len(name) for names, _ in STEPS for name in names)
