"""Alerts on what becomes of what is sent: failures, refusals, and an account that owes money."""

from collections.abc import Sequence
from datetime import timedelta
from functools import reduce
from operator import add

from bot.reports.sight import Details, Finding, Sight, state_of
from bot.reports.volume import PAST_DAYS, RECENT_HOURS, recent_hours
from bot.sms.balance import day_of
from bot.sms.cloud import Day, ReceiptCounts, SendCounts

DAY = timedelta(days=1)

# Receipts and failures of a day that are enough to speak of a rate; the rate, against the usual one.
FEWEST_RECEIPTS, FEWEST_FAILED = 200, 50
FAR_ABOVE, POINTS_ABOVE = 2.0, 0.05
NEAR, POINTS_NEAR = 1.5, 0.025
# API: CallbackStatusStatistics counts these apart; what failed otherwise is `other`.
KINDS = ("invalid_number", "powered_off", "blacklisted", "frequency", "internal_error")

# Requests of the recent hours that are enough, and which part of them is accepted.
FEWEST_REQUESTS = 100
MOST_REFUSED, ACCEPTED_AGAIN = 0.5, 0.6

# The new API's code, its spelling of 2019, the old API's.
ARREARS = frozenset(
    (
        "UnauthorizedOperation.ServiceSuspendDueToArrears",
        "UnauthorizedOperation.SerivceSuspendDueToArrears",
        "1033",
    )
)


def failures(sight: Sight) -> Finding:
    """Whether far more of today's receipts are failures than is usual in two weeks, and which kind rose most.

    With few receipts yet it is over only if yesterday had no such rate either.
    """
    usual = usual_receipts(sight.days)
    today = sight.today
    if usual is None or today is None:
        return Finding("failures", "unknown")
    raised = far_above(today, usual)
    clear = calm(today, usual) if today.receipts >= FEWEST_RECEIPTS else quiet_yesterday(sight, usual)
    cause = max((*KINDS, "other"), key=lambda it: share_of(it, today) - share_of(it, usual))
    details: Details = {
        "share": share_of("failed", today),
        "usual": share_of("failed", usual),
        "receipts": today.receipts,
        "failed": today.failed,
        "cause": cause,
        "cause_share": share_of(cause, today),
        "cause_usual": share_of(cause, usual),
    }
    return Finding("failures", state_of(raised=raised, clear=clear), details)


def usual_receipts(days: Sequence[Day]) -> ReceiptCounts | None:
    """All that are known of two weeks; None where they are too few to speak of a rate."""
    known = [it.receipts for it in days[-PAST_DAYS:] if it.receipts is not None]
    pooled = reduce(add, known) if known else None
    return pooled if pooled and pooled.receipts >= FEWEST_RECEIPTS else None


def far_above(day: ReceiptCounts, usual: ReceiptCounts) -> bool:
    if day.receipts < FEWEST_RECEIPTS or day.failed < FEWEST_FAILED:
        return False
    share, normal = share_of("failed", day), share_of("failed", usual)
    return share >= FAR_ABOVE * normal and share - normal >= POINTS_ABOVE


def calm(day: ReceiptCounts, usual: ReceiptCounts) -> bool:
    share, normal = share_of("failed", day), share_of("failed", usual)
    return share <= NEAR * normal or share - normal <= POINTS_NEAR


def quiet_yesterday(sight: Sight, usual: ReceiptCounts) -> bool:
    """Whether a whole day is known to have passed without."""
    yesterday = day_of(sight.at) - DAY
    known = [it.receipts for it in sight.days if it.day == yesterday and it.receipts is not None]
    return bool(known) and not far_above(known[0], usual)


def share_of(kind: str, counts: ReceiptCounts) -> float:
    """Of all receipts."""
    failed_otherwise = counts.failed - sum(getattr(counts, it) for it in KINDS)
    count = max(failed_otherwise, 0) if kind == "other" else getattr(counts, kind)
    return count / counts.receipts if counts.receipts else 0.0


def refusals(sight: Sight) -> Finding:
    """Whether most requests of the last hours were refused. It is over when hardly any are left to be refused."""
    sent = {it.begins: it.sent for it in sight.hours if it.sent is not None}
    known = [sent[it] for it in recent_hours(sight.at) if it in sent]
    if len(known) < RECENT_HOURS:
        return Finding("refusals", "unknown")
    counts = reduce(add, known, SendCounts(0, 0, 0))
    requests, accepted = counts.requests, counts.accepted
    state = state_of(
        raised=requests >= FEWEST_REQUESTS and accepted < MOST_REFUSED * requests,
        clear=requests < FEWEST_REQUESTS / 2 or accepted >= ACCEPTED_AGAIN * requests,
    )
    details: Details = {"requests": requests, "accepted": accepted, "refused": max(requests - accepted, 0)}
    return Finding("refusals", state, details)


def arrears(sight: Sight) -> Finding:
    """Whether the API says that the account owes money. It is over once it answers, and no test send says so."""
    for source, code in (("test", sight.test_refused), ("api", sight.refused)):
        if code in ARREARS:
            return Finding("arrears", "raised", {"code": code, "source": source})
    fresh = sight.packages is not None and not sight.packages.stale
    answered = not sight.refused and (fresh or sight.today is not None)
    return Finding("arrears", "clear" if answered else "unknown")
