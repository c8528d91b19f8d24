"""A test send as a conversation: choose, preview, confirm, watch it arrive."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import BotError
from bot.sms.command import Command
from bot.sms.desk import Account, Desk
from bot.sms.notes import name_of, notes
from bot.sms.phone import PhoneNumber, read_number
from bot.sms.report import (
    Action,
    Cell,
    Code,
    Explained,
    Facts,
    Paragraph,
    Part,
    Quoted,
    Refresh,
    Report,
    Say,
    say,
)
from bot.sms.segments import segments_of, signed
from bot.sms.sending import AllowedNumber, AllowedTemplate, Draft, Options, Send, Wish
from bot.sms.textcheck import check_text, finding_parts

VARIABLE = re.compile(r"\{(\d+)\}")
# How soon to ask again whether it has arrived: at first often, later less and less. Seconds.
SOONEST, LATEST = 2.0, 600.0


async def send_test(command: Command, desk: Desk) -> Report:
    """Step by step as much as was said: which phone, which template, then the preview with its token.

    The account's name stands anywhere before the values of the template.
    """
    default, _ = desk.account(replace(command, text=""))
    options = await desk.sender.options(command.asker)
    named, words = split_account(desk, options, split(command.text))
    account = named or default
    number, words = chosen_number(options, words)
    if number is None:
        return ask_number(options, account)
    template, words = chosen_template(options, words)
    if template is None:
        return ask_template(options, number, account)
    text = template.text or await approved_text(account, template)
    count = variables_in(text)
    parameters = tuple(words) or template.sample[:count]
    if len(parameters) != count:
        again = Wish(account.name if named else "", number, template, parameters, segments=0)
        return ask_parameters(again, text, count, account)
    return await preview(command, desk, account, number, template, text, parameters)


async def confirm(command: Command, desk: Desk) -> Report:
    """Sends what was previewed, once."""
    return progress(await desk.sender.confirm(command.asker, one_word(command)), desk, command.at)


async def cancel(command: Command, desk: Desk) -> Report:
    send = await desk.sender.cancel(command.asker, one_word(command))
    return Report(say("send.cancelled"), (facts_of(send),), notes_of(send, desk))


async def sent(command: Command, desk: Desk) -> Report:
    """How far a send has come; asks for its delivery."""
    return progress(await desk.sender.track(command.asker, one_word(command)), desk, command.at)


async def freeze(command: Command, desk: Desk) -> Report:
    """`freeze [reason]` stops all test sends, `freeze off` lets them happen again."""
    if command.text.strip().lower() in {"off", "解除", "关闭"}:
        await desk.sender.thaw(command.asker)
        return Report(say("send.thawed"))
    await desk.sender.freeze(command.asker, command.text.strip())
    return Report(say("send.frozen_now"), (Paragraph(say("send.frozen_how")),))


def split_account(desk: Desk, options: Options, words: Sequence[str]) -> tuple[Account | None, Sequence[str]]:
    """The account that is named before the values, and the other words. A phone's name may hold its name."""
    _, behind = begun_by_number(options, words)
    ids = {str(it.id) for it in options.templates}
    start = len(words) - len(behind)
    values = next((place + 2 for place in range(start, len(words)) if words[place] in ids), len(words))
    for place in range(start, min(values, len(words))):
        if account := desk.accounts.get(words[place].lower()):
            return account, [*words[:place], *words[place + 1 :]]
    return None, words


def chosen_number(options: Options, words: Sequence[str]) -> tuple[AllowedNumber | None, Sequence[str]]:
    """The allowed number that the words begin with, or the only one.

    Raises:
        BotError: when they begin with something else.
    """
    number, behind = begun_by_number(options, words)
    if number is None and words:
        raise BotError("send.not_a_number", names=" · ".join(it.name for it in options.numbers))
    if number is None and len(options.numbers) == 1:
        return options.numbers[0], words
    return number, behind


def begun_by_number(options: Options, words: Sequence[str]) -> tuple[AllowedNumber | None, Sequence[str]]:
    """The number that the words begin with, by its name (which may have blanks) or its digits."""
    for length in range(len(words), 0, -1):
        said = " ".join(words[:length])
        for it in options.numbers:
            if said.casefold() == it.name.casefold() or same_number(said, it.number):
                return it, words[length:]
    return None, words


def same_number(said: str, number: PhoneNumber) -> bool:
    try:
        return read_number(said) == number
    except BotError:
        return False


def chosen_template(options: Options, words: Sequence[str]) -> tuple[AllowedTemplate | None, Sequence[str]]:
    if not words:
        return (options.templates[0], words) if len(options.templates) == 1 else (None, words)
    found = next((it for it in options.templates if str(it.id) == words[0]), None)
    if found is None:
        raise BotError("send.not_a_template", ids=" · ".join(str(it.id) for it in options.templates))
    return found, words[1:]


async def approved_text(account: Account, template: AllowedTemplate) -> str:
    """What the account's template says.

    Raises:
        BotError: when it isn't there or may not be used.
    """
    for international in (False, True):
        for it in await account.cloud.templates(international=international):
            if it.id == template.id:
                if it.review != "usable":
                    raise BotError("send.template_not_usable", id=it.id)
                return it.text
    raise BotError("send.template_missing", id=template.id)


async def preview(  # noqa: PLR0913, PLR0917 -- all that a preview shows
    command: Command,
    desk: Desk,
    account: Account,
    number: AllowedNumber,
    template: AllowedTemplate,
    body: str,
    parameters: tuple[str, ...],
) -> Report:
    """What the recipient would read, what it costs and what the rules find; nothing is sent yet."""
    text = signed(template.signature, filled(body, parameters))
    segments = segments_of(text, abroad=not number.number.mainland).count
    wish = Wish(account.name, number, template, parameters, segments)
    draft = await desk.sender.draft(command.asker, wish)
    checked = check_text(signed(template.signature, body), desk.rules, parameters=parameters)
    return Report(
        say("send.preview"),
        (Quoted(text), preview_facts(draft, account), *finding_parts(checked)),
        notes=notes(account, say("send.confirm_within", seconds=draft.seconds)),
        actions=(
            Action(
                say("send.confirm", segments=segments, name=number.name),
                f"confirm {draft.token}",
                dangerous=True,
            ),
            Action(say("send.cancel"), f"cancel {draft.token}"),
        ),
    )


def preview_facts(draft: Draft, account: Account) -> Facts:
    send = draft.send
    return Facts(
        (
            (say("send.to"), say("send.to_value", name=send.number_name, number=send.number_masked)),
            (say("send.template"), str(send.template)),
            (say("send.account"), name_of(account)),
            (say("send.segments"), send.segments),
            (say("send.left_today"), draft.left_today),
        )
    )


def ask_number(options: Options, account: Account) -> Report:
    actions = tuple(
        Action(say("send.to_value", name=it.name, number=it.number), f"send-test {account.name} {it.name}")
        for it in options.numbers
    )
    return Report(say("send.which_number"), notes=notes(account), actions=actions)


def ask_template(options: Options, number: AllowedNumber, account: Account) -> Report:
    actions = tuple(
        Action(
            say("send.template_choice", id=str(it.id), signature=it.signature),
            f"send-test {account.name} {number.name} {it.id}",
        )
        for it in options.templates
    )
    return Report(say("send.which_template", name=number.name), notes=notes(account), actions=actions)


def ask_parameters(wish: Wish, text: str, count: int, account: Account) -> Report:
    """`wish` has what was said so far, its account only if that was said."""
    said = (wish.account, wish.number.name, str(wish.template.id))
    values = (f"<{place}>" for place in range(1, count + 1))
    usage = " ".join(("/sms send-test", *filter(None, said), *values))
    return Report(
        say("send.which_parameters", count=count, given=len(wish.parameters)),
        (Quoted(text), Paragraph(say("send.parameters_how", usage=Code(usage)))),
        notes(account),
    )


def progress(send: Send, desk: Desk, at: datetime) -> Report:
    """How far a send has come, and when to look again while more is to come."""
    awaited = send.arrival == "awaited"
    title = HEADINGS.get(send.state, "send.state_sending") if awaited else ARRIVALS[send.arrival]
    return Report(
        say(title),
        (facts_of(send), *reasons(send)),
        notes_of(send, desk),
        refresh=None if send.finished else Refresh(f"sent {send.id}", pause(send, at)),
    )


def notes_of(send: Send, desk: Desk) -> tuple[Cell, ...]:
    """Nothing, of an account that is no longer set up."""
    account = desk.accounts.get(send.account)
    return notes(account) if account else ()


HEADINGS = {
    "accepted": "send.state_accepted",
    "rejected": "send.state_rejected",
    "unknown": "send.state_unknown",
    "cancelled": "send.cancelled",
}
ARRIVALS = {
    "delivered": "send.arrival_delivered",
    "failed": "send.arrival_failed",
    "unreported": "send.arrival_unreported",
}


def pause(send: Send, at: datetime) -> float:
    """A fifth of what has passed already, within bounds."""
    passed = at - (send.sending or send.drafted)
    return min(max(SOONEST, passed / timedelta(seconds=5)), LATEST)


def facts_of(send: Send) -> Facts:
    rows: list[tuple[Say, Cell]] = [
        (say("send.to"), say("send.to_value", name=send.number_name, number=send.number_masked)),
        (say("send.template"), str(send.template)),
    ]
    if send.billed:
        rows.append((say("send.billed"), send.billed))
    if send.serial:
        rows.append((say("send.serial"), Code(send.serial)))
    if send.request_id:
        rows.append((say("send.request_id"), Code(send.request_id)))
    if send.received and send.sending:
        rows.append((say("send.received"), send.received))
    return Facts(tuple(rows))


def reasons(send: Send) -> tuple[Part, ...]:
    """Why it is as it is, and what to do: from the carrier's or the API's code, else in our words."""
    if send.arrival == "failed":
        return (Explained((send.receipt,)),)
    if send.state == "unknown":
        return (Paragraph(say("send.unknown_how")),)
    if send.state != "rejected":
        return ()
    match send.reason.partition(".")[0]:
        case "guard":
            return (Paragraph(say("guard.interrupted")),)
        case "cloud":
            return (Paragraph(say("send.not_reached")),)
        case _:
            return (Explained((send.reason,)),)


def one_word(command: Command) -> str:
    if len(command.words) != 1:
        raise BotError("guard.no_draft")
    return command.words[0]


def split(text: str) -> list[str]:
    """Words; what stands in quotation marks stays together."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def variables_in(text: str) -> int:
    """How many parameters a template takes: {1} and {2}, each once or more."""
    return len(set(VARIABLE.findall(text)))


def filled(text: str, parameters: tuple[str, ...]) -> str:
    """The text with its variables in place, in the order of their numbers."""
    values = dict(zip(sorted(set(VARIABLE.findall(text)), key=int), parameters, strict=True))
    return VARIABLE.sub(lambda it: values[it[1]], text)
