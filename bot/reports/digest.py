"""The daily digest: what is left, how yesterday went, what needs somebody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from bot.language import Language
from bot.reports.morning import Morning, Reviewed
from bot.reports.news import ends_first, in_all, low, quiet
from bot.sms.alarms import held
from bot.sms.balance import (
    RUNNING_LOW,
    date_or_never,
    day_of,
    days_left,
    in_a_row,
    last_day,
    used_share,
)
from bot.sms.cloud import ACCOUNT_ZONE, Day, ReceiptCounts, SendCounts, Template, Unreachable
from bot.sms.doctor import spoken
from bot.sms.pace import FEWEST_DAYS, TooLittle
from bot.sms.report import (
    Action,
    Cell,
    Code,
    Entries,
    Facts,
    Listing,
    Paragraph,
    Part,
    Report,
    Say,
    Share,
    say,
)
from bot.sms.reviews import SIGNATURE_HINTS, TEMPLATE_HINTS, entry
from bot.sms.stats import FAILURES, by_cause, chart, delivered_share, failures
from bot.sms.wallclock import NAMES

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# The chart is of two weeks: two of each day of the week, and as much as can be told apart.
CHARTED = 14
# So many causes and rejections are worth an answer to read, so many accounts a button of their own.
MOST_ENTRIES = 2
MOST_DETAILED = 4
# So many days are told by the first and the last of them.
MANY_DAYS = 4
# So many parts the accounts take in all, as what stands around them has to fit into the same message.
ROOM = 38


@dataclass(frozen=True, slots=True)
class Late:
    """`due` is when it should have come, in the zone of its plan, None for one that is in time; `skipped` are
    days that had none before.
    """

    due: datetime | None
    skipped: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the audit: what comes after it can be checked against it."""

    rows: int
    seal: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Around the accounts: the local date, whether it is late, the end of the audit.

    `renewal` is the command that draws it again where it stands; "" for one that only its asker sees. `whole`:
    never in short. `named`: there are more accounts than one. `gone` are those of the plan that there are no
    more. `language` is set for one that stands in a channel.
    """

    day: date
    late: Late | None = None
    head: Head | None = None
    renewal: str = ""
    whole: bool = True
    named: bool = False
    gone: tuple[str, ...] = ()
    language: Language | None = None


def digest(mornings: Sequence[Morning], frame: Frame) -> Report:
    """All accounts, those that need somebody first; in short where nothing at all has changed."""
    mornings = sorted(mornings, key=urgency)
    parts = [*opening(mornings, frame), *emergencies(mornings, frame)]
    if not frame.whole and not parts and all(map(quiet, mornings)):
        parts += [Paragraph(in_short(it)) for it in mornings]
    else:
        parts += accounts_parts(mornings, frame)
    title = say("digest.title", weekday=weekday(frame.day), day=frame.day)
    return Report(
        title, tuple(parts), tuple(notes(mornings, frame)), actions(mornings, frame), language=frame.language
    )


def opening(mornings: Sequence[Morning], frame: Frame) -> Iterator[Part]:
    if frame.late and (due := frame.late.due):
        yield Paragraph(say("digest.came_late", day=due.date(), at=f"{due:%H:%M}", zone=str(due.tzinfo)))
    if frame.late and (days := frame.late.skipped):
        yield Paragraph(say("digest.skipped", count=len(days), days=days_in_short(days)))
    if frame.gone:
        yield Paragraph(say("digest.gone", accounts=", ".join(frame.gone)))
    elif not mornings:
        yield Paragraph(say("sms.no_account"))


def days_in_short(days: Sequence[date]) -> Cell:
    if len(days) >= MANY_DAYS:
        return say("digest.skipped_between", first=days[0], last=days[-1])
    return in_a_row(days)


def emergencies(mornings: Sequence[Morning], frame: Frame) -> Iterator[Part]:
    """Where a package has to be bought, above everything else."""
    short = list(filter(low, mornings))
    if short and frame.named:
        yield Listing(tuple(say("alert.of_account", account=name_of(it), what=to_buy(it)) for it in short))
    else:
        yield from (Paragraph(to_buy(it)) for it in short)


def to_buy(it: Morning) -> Say:
    when = it.runs_out
    if when is None or not in_all(it)[0]:
        return say("digest.buy_now")
    return say("digest.buy_soon", date=when.earliest)


def in_short(it: Morning) -> Say:
    left, amount = in_all(it)
    return say("digest.quiet", account=name_of(it), left=left, amount=amount)


def urgency(it: Morning) -> tuple[bool, ...]:
    """Less is more urgent."""
    return not it.holding, not low(it), not it.rejected, quiet(it)


def accounts_parts(mornings: Sequence[Morning], frame: Frame) -> Iterator[Part]:
    """What fits as a whole, the others in a line each; what to read comes last, each answer once."""
    wholes = [tuple(account_parts(it, frame)) for it in mornings]
    count = fitting([len(parts) for parts in wholes])
    for parts in wholes[:count]:
        yield from parts
    if rest := mornings[count:]:
        yield Paragraph(say("digest.others"))
        yield Listing(tuple(map(line, rest)))
    if ids := tuple(dict.fromkeys(id_ for it in mornings for id_ in helpful(it))):
        yield Entries(ids)


def fitting(sizes: Sequence[int]) -> int:
    """How many of the first have room together: one in any case."""
    sums = list(accumulate(sizes))[:MOST_DETAILED]
    return max(sum(it <= ROOM for it in sums), 1)


def line(it: Morning) -> Say:
    day = yesterday_of(it)
    left, amount = in_all(it) if it.packages else (None, None)
    billed = day.sent.billed if day.sent else None
    figures: dict[str, Cell] = {"left": left, "amount": amount, "day": day.day, "billed": billed}
    found = say("digest.line", account=name_of(it), **figures)
    if not (it.holding or it.rejected):
        return found
    return say("digest.line_news", line=found, alerts=len(it.holding), rejected=len(it.rejected))


def account_parts(it: Morning, frame: Frame) -> Iterator[Part]:
    if frame.named:
        yield Paragraph(say("digest.heading", words=name_of(it)))
    if it.holding:
        yield Paragraph(say("digest.holding"))
        yield Listing(tuple(map(held, it.holding)))
    yield from balance_parts(it)
    yield from yesterday_parts(it, frame.day)
    charted = it.days[-CHARTED:]
    if any(day.sent and day.sent.billed for day in charted):
        yield chart(charted)
    yield from rejected_parts(it.rejected)


def helpful(it: Morning) -> Iterator[str]:
    """The answers on all of it, in its order."""
    if low(it):
        yield from RUNNING_LOW
    yield from list(dict.fromkeys(FAILURES[cause][1] for cause in causes(it)))[:MOST_ENTRIES]
    yield from list(dict.fromkeys(map(helping, it.rejected)))[:MOST_ENTRIES]


def balance_parts(it: Morning) -> Iterator[Part]:
    if it.packages:
        yield Facts(tuple(balance_facts(it)))
    else:
        yield Paragraph(say("digest.balance_missing", reason=why(it, "packages")))


def balance_facts(it: Morning) -> Iterator[tuple[Say, Cell]]:
    left, amount = in_all(it)
    used = used_share(amount, left)
    some = say("digest.left_of", left=left, amount=amount, used=used)
    yield say("digest.left"), some if amount else say("digest.none_valid")
    if left:
        yield from outlook(it)
    if (first := ends_first(it)) is not None:
        yield say("digest.ends_first"), say("digest.ends_with", day=last_day(first), left=first.left)


def outlook(it: Morning) -> Iterator[tuple[Say, Cell]]:
    """How long it lasts, or why that can't be told."""
    found, when = it.pace, it.runs_out
    if isinstance(found, TooLittle):
        yield say("forecast.days_left"), say("digest.too_little", known=found.known, needed=FEWEST_DAYS)
    elif when is None:
        yield say("forecast.days_left"), say("digest.nothing_used", known=found.known)
    else:
        yield say("forecast.days_left"), days_left(when, it.at)
        yield say("forecast.buy_before"), date_or_never(when.earliest)


def yesterday_parts(it: Morning, today: date) -> Iterator[Part]:
    """The account's last full day, which is not yesterday everywhere. What is not known is not zero."""
    day = yesterday_of(it)
    heading = "digest.yesterday" if day.day == today - DAY else "digest.last_day"
    yield Paragraph(say(heading, weekday=weekday(day.day), day=day.day))
    if day.sent is None and day.receipts is None:
        yield Paragraph(say("digest.statistics_missing", reason=why(it, "statistics")))
    elif day.sent and not day.sent.requests and not (day.receipts and day.receipts.receipts):
        yield Paragraph(say("digest.nothing_sent"))
    else:
        yield Facts(tuple(yesterday_facts(it, day)))
        yield from failure_parts(day.receipts)


def yesterday_of(it: Morning) -> Day:
    return it.days[-1] if it.days else Day(day_of(it.at) - DAY, None, None)


def yesterday_facts(it: Morning, day: Day) -> Iterator[tuple[Say, Cell]]:
    yield say("digest.sent"), sent_of(day.sent)
    yield say("digest.arrived"), arrived(day.receipts)
    if day.receipts and (late := day.receipts.accepted - day.receipts.receipts) > 0:
        yield say("digest.late"), say("digest.late_count", count=late)
    yield say("digest.compared"), compared(it, day)


def sent_of(sent: SendCounts | None) -> Cell:
    if sent is None:
        return None
    return say("digest.sent_of", requests=sent.requests, accepted=sent.accepted, billed=sent.billed)


def arrived(receipts: ReceiptCounts | None) -> Cell:
    """Delivered of the receipts that are there: those to come are neither."""
    if receipts is None:
        return None
    if not receipts.receipts:
        return say("stats.no_receipts")
    share = delivered_share(receipts)
    return say("digest.arrived_of", delivered=receipts.delivered, receipts=receipts.receipts, share=share)


def compared(it: Morning, day: Day) -> Cell:
    """With the same day of the week before."""
    before = next((one for one in it.days if one.day == day.day - WEEK), None)
    if day.sent is None or before is None or before.sent is None:
        return None
    now, then = day.sent.billed, before.sent.billed
    when: dict[str, Cell] = {"weekday": weekday(before.day), "day": before.day}
    if not then:
        return say("digest.from_none", **when)
    if now == then:
        return say("digest.same", count=then, **when)
    phrase = "digest.more" if now > then else "digest.fewer"
    return say(phrase, share=Share(abs(now - then) / then), count=then, **when)


def failure_parts(receipts: ReceiptCounts | None) -> Iterator[Part]:
    if receipts and receipts.failed:
        yield Paragraph(say("digest.causes", count=receipts.failed))
        yield from failures(receipts)


def causes(it: Morning) -> list[str]:
    """Why messages failed yesterday, most first, by the names of FAILURES."""
    receipts = yesterday_of(it).receipts
    return [cause for cause, _ in by_cause(receipts)] if receipts and receipts.failed else []


def rejected_parts(rejected: Sequence[Reviewed]) -> Iterator[Part]:
    if rejected:
        yield Paragraph(say("digest.rejected"))
        yield Listing(tuple(map(rejection, rejected)))


def rejection(it: Reviewed) -> Say:
    reason = it.reason or say("digest.no_reason")
    if isinstance(it, Template):
        return say("digest.rejected_template", id=Code(str(it.id)), name=it.name, reason=reason)
    return say("digest.rejected_signature", id=Code(str(it.id)), name=it.text, reason=reason)


def helping(it: Reviewed) -> str:
    words = it.reason.casefold()
    if isinstance(it, Template):
        return entry(words, TEMPLATE_HINTS, "template/allowed-content")
    return entry(words, SIGNATURE_HINTS, "signature/rejected")


def notes(mornings: Sequence[Morning], frame: Frame) -> Iterator[Cell]:
    for stale, phrase in ((False, "digest.balance_age"), (True, "digest.balance_stale")):
        asked = [it.packages.asked for it in mornings if it.packages and it.packages.stale == stale]
        if asked:
            yield say(phrase, asked=min(asked))
    for it in mornings:
        if "reviews" in it.lacking:
            yield say("digest.reviews_missing", account=name_of(it), reason=why(it, "reviews"))
    if not any(it.packages or it.holding for it in mornings):
        # Where no moment is shown, nothing else names the zone.
        yield say("draw.zone", zone=ACCOUNT_ZONE.key)
    yield say("digest.small_print")
    if frame.head:
        yield say("digest.audit", rows=frame.head.rows, seal=Code(frame.head.seal))
    if any(it.sample for it in mornings):
        yield say("sms.sample")


def actions(mornings: Sequence[Morning], frame: Frame) -> tuple[Action, ...]:
    """Drawn again and paused is only what stands in a channel."""
    details = tuple(detailed(it, mornings) for it in mornings[:MOST_DETAILED])
    ask = Action(say("digest.ask"), about=question(mornings))
    if not frame.renewal:
        return (*details, ask)
    refresh = Action(say("digest.refresh"), frame.renewal, renews=True)
    return (refresh, *details, Action(say("digest.snooze"), "digest snooze 3d"), ask)


def detailed(it: Morning, mornings: Sequence[Morning]) -> Action:
    one = len(mornings) == 1
    label = say("digest.details") if one else say("digest.details_of", account=name_of(it))
    return Action(label, f"digest details {it.account}")


def question(mornings: Sequence[Morning]) -> Say:
    """What one would ask about what matters most."""
    if any(map(low, mornings)):
        return say("digest.ask_low")
    cause = next((rows[0] for it in mornings if (rows := causes(it))), "")
    if cause == "other":
        return say("digest.ask_failed")
    if cause:
        return say("digest.ask_cause", cause=FAILURES[cause][0])
    return say("digest.ask_rejected" if any(it.rejected for it in mornings) else "digest.ask_any")


def why(it: Morning, what: str) -> Say:
    """Why something is not known. That "nothing was sent" is true of a request, and would be read of messages."""
    match it.lacking.get(what):
        case None:
            return say("digest.statistics_slow")
        case Unreachable():
            return say("digest.unreachable")
        case error:
            return spoken(error)


def name_of(it: Morning) -> Cell:
    return say("sms.sample_account") if it.sample else it.account


def weekday(day: date) -> Say:
    return say(NAMES[day.weekday()])
