"""What a recipient wrote back."""

from bot.sms.cloud import Reply
from bot.sms.command import Command, folded
from bot.sms.desk import Desk
from bot.sms.enquiry import Enquiry, read_enquiry
from bot.sms.notes import notes
from bot.sms.report import Cell, Entries, Listing, Paragraph, Part, Report, Say, say

# API: PullSmsReplyStatusByPhoneNumber answers with at most so many.
MOST_ROWS = 100
# FAQ: 手机免打扰名单是什么 · in any case.
OPT_OUT = frozenset({"r", "t", "n", "td", "退订", "t退订", "qx", "0000"})


async def replies(command: Command, desk: Desk) -> Report:
    """The replies of a number of the last seven days; those that opt out are told apart.

    Raises:
        BotError: see `read_enquiry`.
        CloudError: when the API can't be asked, or refuses.
    """
    account, words = desk.account(command)
    enquiry = read_enquiry(words, command.at)
    found = await account.cloud.replies(enquiry.number, enquiry.since, enquiry.until)
    if not found:
        nothing = (
            Paragraph(say("replies.nothing")),
            Entries(("other/can-recipients-reply", "other/view-replies")),
        )
        return Report(title(enquiry), nothing, notes(account))
    more = (say("enquiry.more", most=MOST_ROWS),) if len(found) >= MOST_ROWS else ()
    parts: list[Part] = [Listing(tuple(map(row, found)))]
    if any(opts_out(it.text) for it in found):
        parts += [Paragraph(say("replies.opted_out")), Entries(("other/do-not-disturb-list",))]
    return Report(title(enquiry), tuple(parts), notes(account, *more))


def title(enquiry: Enquiry) -> Say:
    if enquiry.day is None:
        return say("replies.title", number=enquiry.number)
    return say("replies.title_day", number=enquiry.number, day=enquiry.day)


def row(reply: Reply) -> Say:
    phrase = "replies.row_opt_out" if opts_out(reply.text) else "replies.row"
    return say(phrase, received=reply.received, signature=sender(reply), text=reply.text)


def sender(reply: Reply) -> Cell:
    """The signature that was answered; there is none abroad."""
    return say("replies.signature", signature=reply.signature) if reply.signature else ""


def opts_out(text: str) -> bool:
    """Whether the whole reply is a word that puts the number on the do-not-disturb list."""
    return folded(text).strip() in OPT_OUT
