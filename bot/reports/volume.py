"""The alert on how much is sent: far more than in the same hours of the days before, as in an SMS bombing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from bot.reports.policy import AlertPolicy
from bot.reports.sight import Details, Finding, Sight, state_of
from bot.sms.cloud import ACCOUNT_ZONE, Hour

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# How many days the same hours are compared with, and how many of them have to be known.
PAST_DAYS, FEWEST_DAYS = 14, 5
RECENT_HOURS = 3
# So many segments above the median at least; at this multiple of it sending is as usual, whatever the policy.
LEAST_ABOVE, AS_USUAL = 200, 1.2


def unusual(sight: Sight, policy: AlertPolicy) -> Finding:
    """Whether far more is billed than in the same hours of the days before: since midnight, or in the last hours.

    FAQ: SMS bombing, dozens of messages a day become tens of thousands. It is over when neither is so any more.
    """
    now = whole_hour(sight.at)
    midnight = now.replace(hour=0)
    today = [midnight + it * HOUR for it in range(now.hour + 1)]
    windows = (
        against_the_median("today", today, sight.hours, policy),
        against_the_median("hours", recent_hours(sight.at), sight.hours, policy),
    )
    if raised := [it for it in windows if it.state == "raised"]:
        return max(raised, key=lambda it: it.weight)
    states = {it.state for it in windows}
    if states == {"clear"}:
        return Finding("unusual", "clear")
    return Finding("unusual", "unknown" if "unknown" in states else "between")


def against_the_median(
    window: str, hours: Sequence[datetime], all_hours: Sequence[Hour], policy: AlertPolicy
) -> Finding:
    """The past days have their whole hours, though the last of today's goes on: that is cautious.

    What is known of the window is enough to raise it, but not to call it over.
    """
    billed = {it.begins: it.sent.billed for it in all_hours if it.sent is not None}
    past = [total(back(hours, it), billed) for it in range(1, PAST_DAYS + 1)]
    known_past = [it for it in past if it is not None]
    if len(known_past) < FEWEST_DAYS:
        return Finding("unusual", "unknown")
    usual = median(known_past)
    count = sum(billed.get(it, 0) for it in hours)
    details: Details = {
        "window": window,
        "count": count,
        "median": round(usual),
        "times": round(count / usual, 1) if usual else 0.0,
    }
    raised = count >= policy.unusual * usual and count - usual >= LEAST_ABOVE
    if not raised and total(hours, billed) is None:
        return Finding("unusual", "unknown", details)
    few = max(policy.unusual / 2, AS_USUAL) * usual
    state = state_of(raised=raised, clear=count < few or count - usual < LEAST_ABOVE / 2)
    return Finding("unusual", state, details, count / max(usual, 1.0))


def whole_hour(moment: datetime) -> datetime:
    """When the hour of the account began."""
    return moment.astimezone(ACCOUNT_ZONE).replace(minute=0, second=0, microsecond=0)


def recent_hours(at: datetime) -> list[datetime]:
    """The last hours with the one that goes on, oldest first."""
    return [whole_hour(at) - it * HOUR for it in reversed(range(RECENT_HOURS))]


def back(hours: Sequence[datetime], days: int) -> list[datetime]:
    return [it - days * DAY for it in hours]


def total(hours: Sequence[datetime], billed: Mapping[datetime, int]) -> int | None:
    """None where one of the hours is not known."""
    known = [billed[it] for it in hours if it in billed]
    return sum(known) if len(known) == len(hours) else None
