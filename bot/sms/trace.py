"""What became of the messages to one number."""

from collections.abc import Sequence

from bot.sms.cloud import Delivery
from bot.sms.command import Command
from bot.sms.desk import Account, Desk
from bot.sms.enquiry import Enquiry, read_enquiry
from bot.sms.notes import notes
from bot.sms.report import Cell, Code, Entries, Explained, Listing, Paragraph, Part, Report, Say, Table, say

# API: PullSmsSendStatusByPhoneNumber answers with at most so many.
MOST_ROWS = 100

NOT_FOUND = ("other/not-in-records", "other/stuck-sending", "security/records-of-one-number")


async def trace(command: Command, desk: Desk) -> Report:
    """The carriers' receipts on a number of the last seven days, each failure explained.

    Raises:
        BotError: see `read_enquiry`.
        CloudError: when the API can't be asked, or refuses.
    """
    account, words = desk.account(command)
    enquiry = read_enquiry(words, command.at)
    found = await account.cloud.deliveries(enquiry.number, enquiry.since, enquiry.until)
    if not found:
        return nothing_found(account, enquiry)
    more = (say("enquiry.more", most=MOST_ROWS),) if len(found) >= MOST_ROWS else ()
    return Report(title(enquiry), parts(enquiry, found), notes(account, *more, say("trace.receipts")))


def title(enquiry: Enquiry) -> Say:
    if enquiry.day is None:
        return say("trace.title", number=enquiry.number)
    return say("trace.title_day", number=enquiry.number, day=enquiry.day)


def nothing_found(account: Account, enquiry: Enquiry) -> Report:
    """No receipt is not yet a failure: what it may mean, likeliest first."""
    reasons: list[Cell] = [
        say("trace.maybe_waiting"),
        say("trace.maybe_refused"),
        say("trace.maybe_elsewhere"),
    ]
    reasons.append(say("trace.maybe_older") if enquiry.day is None else say("trace.maybe_other_day"))
    found: tuple[Part, ...] = (Paragraph(say("trace.nothing")), Listing(tuple(reasons)), Entries(NOT_FOUND))
    return Report(title(enquiry), found, notes(account))


def parts(enquiry: Enquiry, found: Sequence[Delivery]) -> tuple[Part, ...]:
    arrived = sum(it.delivered for it in found)
    failed = len(found) - arrived
    columns = (say("trace.received"), say("trace.outcome"), say("trace.serial"))
    return (
        Paragraph(say("trace.summary", count=len(found), arrived=arrived, failed=failed)),
        Table(columns, tuple((it.received, outcome(it), Code(it.serial)) for it in found)),
        *(failures(enquiry, found) if failed else ()),
        Entries(("other/not-received",)),
    )


def outcome(delivery: Delivery) -> Cell:
    if delivery.delivered:
        return say("trace.arrived")
    if not delivery.receipt:
        return say("trace.failed_without_code")
    return say("trace.failed", code=Code(delivery.receipt))


def failures(enquiry: Enquiry, found: Sequence[Delivery]) -> tuple[Part, ...]:
    """Each failing code once. The tables are those of the mainland's carriers: abroad the same code differs."""
    if not enquiry.number.mainland:
        return (Paragraph(say("trace.codes_abroad")),)
    codes = tuple(dict.fromkeys(it.receipt for it in found if not it.delivered and it.receipt))
    return (Explained(codes),) if codes else ()
