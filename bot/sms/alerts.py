"""The alerts that hold now, and keeping one quiet for a while."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Literal

from bot.errors import BotError
from bot.sms.alarms import Alarms, Episode, Snooze, held
from bot.sms.command import Command, folded
from bot.sms.desk import Account, Desk
from bot.sms.notes import name_of, notes
from bot.sms.report import Action, Cell, Code, Facts, Listing, Paragraph, Part, Report, Say, Table, say
from bot.sms.timetable import length_of

Deed = Literal["snooze", "resume"]
DEEDS: Mapping[str, Deed] = {
    **dict.fromkeys(("snooze", "mute", "pause", "quiet", "静默", "暂停", "靜默", "暫停"), "snooze"),
    **dict.fromkeys(("resume", "unmute", "unsnooze", "恢复", "恢復", "继续"), "resume"),
}
# What people say for the overview itself, and for a deed that has another name here.
SEEN = frozenset({"status", "list", "show", "now", "状态", "狀態", "列表", "现在", "現在", "看", "看看"})
NEARLY: Mapping[str, Deed] = {
    **dict.fromkeys(
        ("stop", "off", "disable", "ignore", "hide", "关闭", "停止", "停", "关", "關閉", "忽略", "屏蔽"),
        "snooze",
    ),
    **dict.fromkeys(("start", "on", "enable", "开启", "打开", "開啟"), "resume"),
}
# What can be snoozed before it holds: a campaign is known beforehand. The other names come with their figures.
ALWAYS = ("run_out", "unusual", "failures", "refusals", "arrears")
KINDS = (*ALWAYS, "balance")
USUAL_LENGTH = timedelta(days=1)

# How alike a name must be to the one that was typed; how many are offered.
ALIKE, MOST_OFFERED = 0.6, 4
# A look this long ago tells nothing of now: they come every few minutes.
LONG_AGO = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Overview:
    """All that is known of the alerts of some accounts; `looked` by the account's name."""

    accounts: Sequence[Account]
    standing: Sequence[Episode]
    snoozes: Sequence[Snooze]
    looked: Mapping[str, datetime | None]

    def quiet(self, episode: Episode) -> datetime | None:
        names = (it for it in self.snoozes if (it.account, it.name) == (episode.account, episode.name))
        return next((it.until for it in names), None)


async def alerts(command: Command, desk: Desk) -> Report:
    """`alerts`, `alerts snooze <name> [account] [90m, 6h, 3d]`, `alerts resume <name> [account]`.

    Raises:
        BotError: for words that mean nothing here, and when the asker may not.
    """
    first = command.words[0].casefold() if command.words else ""
    match DEEDS.get(first):
        case "snooze":
            return await snooze(behind(command), desk)
        case "resume":
            return await resume(behind(command), desk)
        case None:
            return await overview(command, desk)


def sets(text: str) -> bool:
    """Whether these words behind the verb change something for the whole channel."""
    first, *_ = text.split() or [""]
    return first.casefold() in DEEDS


def meant(text: str, accounts: Collection[str]) -> bool:
    """Whether these words behind the verb are accounts, or a deed with what looks like its words."""
    words = text.casefold().split()
    if not words or words[0] not in DEEDS:
        return all(it in accounts or it in SEEN for it in words)
    with suppress(ValueError):
        _, rest = length_of(words[1:])
        return all(it in accounts or nearest(it, KINDS) for it in rest)
    return True


def behind(command: Command) -> Command:
    """The same without its first word."""
    return replace(command, text=" ".join(command.words[1:]))


# ---- What holds


async def overview(command: Command, desk: Desk) -> Report:
    _, words = desk.account(command)
    if words and words[0].casefold() not in SEEN:
        raise misunderstood(words, desk)
    if words[1:]:
        raise unknown_words(words[1:], desk)
    named = dict.fromkeys(it.lower() for it in command.words if it not in words)
    accounts = [desk.accounts[it] for it in named or desk.accounts]
    if not desk.alarms.channel:
        return Report(say("alerts.title_off"), (Paragraph(say("alerts.not_set_up")),), notes_of(accounts))
    seen = await look(accounts, desk.alarms, command.at)
    return Report(
        title(seen),
        (*warnings(seen, command.at), *standing(seen), *quiet_ones(seen), facts(seen, desk.alarms.channel)),
        notes_of(accounts),
        actions(seen),
    )


def misunderstood(words: Sequence[str], desk: Desk) -> BotError:
    """With the deed that the first word may have meant."""
    word = folded(words[0])
    near = [NEARLY[word]] if word in NEARLY else get_close_matches(word, DEEDS, 1, ALIKE)
    if not near:
        return unknown_words(words, desk)
    whole = " ".join((*near, *words[1:]))
    told = whole if meant(whole, desk.accounts) else near[0]
    return BotError("alerts.misspelt_deed", word=words[0], near=told)


def unknown_words(words: Sequence[str], desk: Desk) -> BotError:
    return BotError("alerts.unknown_words", words=" ".join(words), names=", ".join(desk.accounts))


async def look(accounts: Sequence[Account], alarms: Alarms, at: datetime) -> Overview:
    names = [it.name for it in accounts]
    return Overview(
        accounts,
        await alarms.standing(names),
        [it for it in await alarms.snoozes(names) if it.until > at],
        {name: await alarms.looked(name) for name in names},
    )


def title(seen: Overview) -> Say:
    """That nothing holds is said only of what was looked at."""
    if seen.standing:
        return say("alerts.title", count=len(seen.standing))
    return say("alerts.title_none" if all(seen.looked.values()) else "alerts.title_unlooked")


def warnings(seen: Overview, at: datetime) -> tuple[Part, ...]:
    old = any(it is not None and at - it > LONG_AGO for it in seen.looked.values())
    return (Paragraph(say("alerts.long_ago")),) if old else ()


def standing(seen: Overview) -> tuple[Part, ...]:
    if not seen.standing:
        return ()
    columns = (
        say("alerts.account"),
        say("alerts.what"),
        say("alerts.quiet_until"),
        say("alerts.name"),
    )
    ordered = sorted(seen.standing, key=lambda it: it.opened, reverse=True)
    return (Table(columns, tuple(row(it, seen) for it in ordered)),)


def row(episode: Episode, seen: Overview) -> tuple[Cell, ...]:
    return (
        account_of(episode.account, seen),
        held(episode),
        seen.quiet(episode) or "–",
        Code(episode.name),
    )


def account_of(name: str, seen: Overview) -> Cell:
    return next((name_of(it) for it in seen.accounts if it.name == name), name)


def quiet_ones(seen: Overview) -> tuple[Part, ...]:
    """What is snoozed though it does not hold."""
    known = {(it.account, it.name) for it in seen.standing}
    rows = tuple(
        say(
            "alerts.quiet_row",
            account=account_of(it.account, seen),
            name=Code(it.name),
            until=it.until,
            person=it.person,
        )
        for it in seen.snoozes
        if (it.account, it.name) not in known
    )
    return (Paragraph(say("alerts.also_quiet")), Listing(rows)) if rows else ()


def facts(seen: Overview, channel: str) -> Facts:
    rows: list[tuple[Say, Cell]] = [(say("alerts.channel"), Code(channel))]
    for name, moment in seen.looked.items():
        label = say("alerts.looked", account=account_of(name, seen))
        rows.append((label, moment or say("alerts.never")))
    return Facts(tuple(rows))


def actions(seen: Overview) -> tuple[Action, ...]:
    loud = [it for it in seen.standing if not seen.quiet(it)]
    snoozing = (do_snooze(it.name, it.account) for it in loud[:MOST_OFFERED])
    resuming = (do_resume(it.name, it.account) for it in seen.snoozes[:MOST_OFFERED])
    return (*snoozing, *resuming)


def do_snooze(name: str, account: str, length: str = "1d") -> Action:
    return Action(
        say("alerts.do_snooze", name=name, length=length), f"alerts snooze {name} {account} {length}"
    )


def do_resume(name: str, account: str) -> Action:
    return Action(say("alerts.do_resume", name=name), f"alerts resume {name} {account}")


def notes_of(accounts: Sequence[Account]) -> tuple[Cell, ...]:
    return notes(next((it for it in accounts if it.sample), accounts[0]))


# ---- Quiet for a while, and no longer


async def snooze(command: Command, desk: Desk) -> Report:
    """Tells when it will be heard again. What is not named, or not known, is offered to press."""
    account, words = known_account(command, desk)
    holding = [it.name for it in await desk.alarms.standing([account.name])]
    names = tuple(dict.fromkeys((*holding, *ALWAYS)))
    length, others = read_length(words, names, desk)
    name = same_name(others[0], names) if others else ""
    if not name:
        asked = which(others, names, holding)
        return asked.report(account, lambda it: do_snooze(it, account.name, shortly(length)))
    until = command.at + length
    await desk.alarms.snooze(command.asker, account.name, name, until)
    said = say("alerts.snoozed", account=name_of(account), name=Code(name), until=until)
    explained = (Paragraph(say("alerts.snoozed_how")),)
    return Report(said, explained, notes(account), (do_resume(name, account.name),), openly=True)


async def resume(command: Command, desk: Desk) -> Report:
    account, words = known_account(command, desk)
    if words[1:]:
        raise unknown_words(words[1:], desk)
    names = [it.name for it in await desk.alarms.snoozes([account.name]) if it.until > command.at]
    if not names:
        return Report(say("alerts.none_quiet", account=name_of(account)), notes=notes(account))
    name = same_name(words[0], names) if words else ""
    if not name:
        return which(words, names, names).report(account, lambda it: do_resume(it, account.name))
    await desk.alarms.resume(command.asker, account.name, name)
    said = say("alerts.resumed", account=name_of(account), name=Code(name))
    return Report(said, notes=notes(account), openly=True)


def known_account(command: Command, desk: Desk) -> tuple[Account, tuple[str, ...]]:
    """The account and the other words.

    Raises:
        BotError: where no alerts are set up: nothing would come of it; or where those who would hear one do not
            see that it is made quiet, unless by an admin.
    """
    if not desk.alarms.channel:
        raise BotError("alerts.not_set_up")
    if command.asker.channel != desk.alarms.channel and not command.asker.admin:
        raise BotError("alerts.not_here", channel=desk.alarms.channel)
    return desk.account(command)


def read_length(words: Sequence[str], names: Sequence[str], desk: Desk) -> tuple[timedelta, Sequence[str]]:
    """`90m`, `6 hours`, `3天`, wherever it stands among the words, and the name; a day where nothing is said.

    Raises:
        BotError: for what is neither, or more than 7 days.
    """
    with suppress(ValueError):
        length, rest = length_of(words)
        if len(rest) < 2:
            return length or USUAL_LENGTH, rest
    others = [it for it in words if not same_name(it, names)]
    told = " ".join(others if len(others) < len(words) else words[1:])
    raise BotError("alerts.wrong_length", length=told or " ".join(words), names=", ".join(desk.accounts))


def shortly(length: timedelta) -> str:
    """As it is typed."""
    minutes = length // timedelta(minutes=1)
    if minutes % 60:
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes % 1440 else f"{minutes // 1440}d"


def same_name(word: str, names: Sequence[str]) -> str:
    return next((it for it in names if folded(it) == folded(word)), "")


def nearest(word: str, names: Sequence[str]) -> Sequence[str]:
    alike = {folded(it): it for it in names}
    return [alike[it] for it in get_close_matches(folded(word), alike, MOST_OFFERED, ALIKE)]


@dataclass(frozen=True, slots=True)
class Which:
    """What is asked where no name, or a strange one, was given: all `names`, and a few `offered` to press."""

    asked: Say
    names: Sequence[str]
    offered: Sequence[str]

    def report(self, account: Account, press: Callable[[str], Action]) -> Report:
        names = Listing(tuple(map(Code, self.names)))
        parts = (Paragraph(say("alerts.names")), names)
        return Report(self.asked, parts, notes(account), tuple(map(press, self.offered)))


def which(words: Sequence[str], names: Sequence[str], likely: Sequence[str]) -> Which:
    """Offers what is spelt like it, else what is `likely`."""
    if not words:
        return Which(say("alerts.which"), names, likely[:MOST_OFFERED])
    if near := nearest(words[0], names):
        return Which(say("alerts.did_you_mean", name=words[0], near=Code(near[0])), names, near)
    return Which(say("alerts.unknown_name", name=words[0]), names, likely[:MOST_OFFERED])
