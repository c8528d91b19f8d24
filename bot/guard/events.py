"""What the audit says of a send."""

from datetime import datetime

from bot.errors import BotError
from bot.guard.chain import Event, Sealed
from bot.sms.command import Asker
from bot.sms.sending import Record, Send


def event(
    asker: Asker, action: str, send: Send | None, now: datetime, refusal: BotError | None = None
) -> Event:
    details = {} if send is None else described(send)
    if refusal is not None:
        details = {**details, "refused": refusal.phrase}
    return Event(now, asker.person, asker.channel, action, details)


def outcome(send: Send, now: datetime) -> Event:
    """That a send has come to its state, by the program itself."""
    details = {**described(send), "state": send.state, "arrival": send.arrival, "reason": send.reason}
    return Event(now, send.person, send.channel, "outcome", details)


def described(send: Send) -> dict[str, str | int]:
    return {
        "send": send.id,
        "account": send.account,
        "number": send.number_mark,
        "masked": send.number_masked,
        "template": send.template,
        "signature": send.signature,
        "segments": send.segments,
    }


def as_record(row: Sealed) -> Record:
    shown = {name: value for name, value in row.event.details.items() if name != "number" and value != ""}
    words = ", ".join(f"{name} {value}" for name, value in shown.items())
    return Record(row.number, row.event.at, row.event.person, row.event.action, words)
