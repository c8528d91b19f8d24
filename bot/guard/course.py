"""The course of a send: what stops it, and what each thing that happens makes of it. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import BotError
from bot.sms.cloud import CloudError, Delivery, Handed, Refused, Unreachable
from bot.sms.command import Asker
from bot.sms.sending import Send, State

CONFIRMED_WITHIN = timedelta(seconds=90)
# A call of the API ends within 10 s, so whoever is still in its middle after this long has died.
ABANDONED = timedelta(seconds=60)
# FAQ and API: a receipt comes within 72 hours or not at all; the API shows those of the last 7 days.
REPORTED_WITHIN = timedelta(hours=72)


def late(asker: Asker, send: Send, now: datetime) -> BotError | None:
    """Why a confirmation doesn't count, if so: another's, elsewhere, the second, or too late."""
    if send.person != asker.person or send.channel != asker.channel:
        return BotError("guard.not_yours")
    if send.state != "drafted":
        return BotError("guard.used")
    if not send.drafted <= now < send.expires:
        return BotError("guard.expired", seconds=int(CONFIRMED_WITHIN.total_seconds()))
    return None


def stopped(send: Send, now: datetime, *, frozen: bool) -> BotError | None:
    """Why a confirmed send may not be begun any more, if so."""
    if frozen:
        return BotError("guard.frozen")
    if send.confirmed is None or now - send.confirmed >= ABANDONED:
        return BotError("guard.interrupted")
    return None


def uncancellable(asker: Asker, send: Send | None) -> BotError | None:
    if send is None or send.person != asker.person:
        return BotError("guard.no_draft")
    return None if send.state == "drafted" else BotError("guard.used")


def after_answer(send: Send, handed: Handed, now: datetime) -> Send:
    return replace(
        send,
        state="accepted",
        settled=now,
        serial=handed.serial,
        request_id=handed.request_id,
        billed=handed.segments,
        parameters=(),
    )


def after_error(send: Send, error: CloudError, now: datetime) -> Send:
    """Rejected where it is certain that nothing was sent, else unknown."""
    state: State = "rejected" if isinstance(error, Refused | Unreachable) else "unknown"
    reason = error.code if isinstance(error, Refused) else error.phrase
    return replace(send, state=state, settled=now, reason=reason, request_id=error.request_id, parameters=())


def after_crash(send: Send, now: datetime) -> Send:
    """A send that was only confirmed was never called; one that was begun may have been."""
    state: State = "rejected" if send.state == "confirmed" else "unknown"
    return replace(send, state=state, settled=now, reason="guard.interrupted", parameters=())


def report_of(
    send: Send, reports: Sequence[Delivery], claimed: frozenset[str], *, alone: bool
) -> Delivery | None:
    """The report on this send: by its serial, by our mark, else the first after it that is nobody else's.

    `alone`: no other send to the number waits for a report that it would have to be known by in this way.
    What came before it, or with another's mark, is not it. API: times are in whole seconds.
    """
    if send.serial:
        return next((it for it in reports if it.serial == send.serial), None)
    if ours := next((it for it in reports if it.session == send.id), None):
        return ours
    if not alone or send.sending is None:
        return None
    begun = send.sending.replace(microsecond=0)
    free = [it for it in reports if it.serial not in claimed and not it.session and it.received >= begun]
    return min(free, key=lambda it: it.received, default=None)


def after_report(send: Send, report: Delivery | None, now: datetime) -> Send:
    if report is not None:
        return replace(
            send,
            state="accepted",
            serial=report.serial,
            arrival="delivered" if report.delivered else "failed",
            receipt=report.receipt,
            received=report.received,
        )
    if send.sending is not None and now - send.sending > REPORTED_WITHIN:
        return replace(send, arrival="unreported")
    return send
