"""An alert as a report: what happened, in figures, and what to do about it. Made of its episode alone."""

from collections.abc import Iterator, Mapping

from bot.sms.alarms import Episode, headline
from bot.sms.balance import NOTHING_LEFT, RUNNING_LOW, date_or_never, runs_out_between
from bot.sms.report import (
    Action,
    Cell,
    Entries,
    Explained,
    Facts,
    Listing,
    Paragraph,
    Part,
    Report,
    Say,
    say,
)
from bot.sms.stats import FAILURES

NO_PACKAGE = "FailedOperation.InsufficientBalanceInSmsPackage"
SUSPENDED = "UnauthorizedOperation.ServiceSuspendDueToArrears"

# FAQ: security/sms-bombing.
COUNTERMEASURES = (
    say("alert.captcha"),
    say("alert.limit_address"),
    say("alert.limit_number"),
    say("alert.limit_day"),
    say("alert.monitoring"),
    say("alert.limit_country"),
)


# A receipt code that is typical of a kind of failure. The statistics count kinds only.
TYPICAL: Mapping[str, str] = {
    "invalid_number": "MK:0001",
    "powered_off": "MI:0001",
    "blacklisted": "DB:0141",
    "frequency": "DB:0142",
    "internal_error": "DB:0108",
}
# What helps besides the answer of bot/sms/stats.py.
HELPFUL: Mapping[str, str] = {
    "invalid_number": "other/not-received",
    "powered_off": "other/stuck-sending",
    "blacklisted": "template/opt-out-text",
    "frequency": "security/sms-bombing",
    "internal_error": "other/late-delivery",
    "other": "other/sensitive-words",
}


def alert_report(episode: Episode, *, sample: bool) -> Report:
    """The title says it all, as a notification shows no more. `sample`: nothing of the account is real."""
    account: Cell = say("sms.sample_account") if sample else episode.account
    what = say("alert.of_account", account=account, what=headline(episode))
    notes: tuple[Cell, ...] = (say("alert.since", opened=episode.opened),)
    return Report(
        marked(episode, what),
        parts_of(episode),
        (*notes, say("sms.sample")) if sample else notes,
        actions_of(episode),
    )


def marked(episode: Episode, what: Say) -> Say:
    return say("alert.urgent" if urgent(episode) else "alert.warning", what=what)


def urgent(episode: Episode) -> bool:
    """Whether messages fail now, or money is being lost."""
    if episode.kind == "balance":
        return not episode.count("left")
    return episode.kind in {"unusual", "refusals", "arrears"}


def parts_of(episode: Episode) -> tuple[Part, ...]:  # noqa: PLR0911 - a line for each kind
    match episode.kind:
        case "balance":
            return balance(episode)
        case "run_out":
            return run_out(episode)
        case "expiry":
            return expiry(episode)
        case "unusual":
            return unusual(episode)
        case "failures":
            return failures(episode)
        case "refusals":
            return refusals(episode)
        case "arrears":
            return arrears(episode)
        case _:
            return ()


def balance(episode: Episode) -> tuple[Part, ...]:
    figures = (Facts(rows),) if (rows := tuple(balance_rows(episode))) else ()
    if episode.count("left"):
        return (*figures, Paragraph(say("alert.buy")), Entries(RUNNING_LOW))
    return (*figures, Paragraph(say("alert.buy")), Explained((NO_PACKAGE,)), Entries(NOTHING_LEFT))


def balance_rows(episode: Episode) -> Iterator[tuple[Say, Cell]]:
    """None where no package is valid: the title says that. Until one is used up, shares leave out those that are."""
    left, amount = episode.count("left"), episode.count("amount")
    if not amount:
        return
    phrase = "alert.left_of" if left else "balance.left_of"
    yield say("balance.left_in_all"), say(phrase, left=left, amount=amount)
    if threshold := episode.count("threshold"):
        yield say("alert.threshold"), say("alert.messages", count=threshold)
    if left and (day := episode.day("runs_out")):
        yield say("forecast.runs_out"), day


def run_out(episode: Episode) -> tuple[Part, ...]:
    first, usual, last = (episode.day(it) for it in ("earliest", "expected", "latest"))
    rows: tuple[tuple[Say, Cell], ...] = (
        (say("balance.left_in_all"), say("alert.messages", count=episode.count("left"))),
        (say("forecast.pace"), say("alert.messages", count=episode.count("pace"))),
        (say("forecast.days_left"), say("forecast.count", count=episode.count("days"))),
        (say("forecast.runs_out"), runs_out_between(first, usual, last)),
        (say("forecast.buy_before"), date_or_never(first)),
    )
    return (Facts(rows), Paragraph(say("alert.buy")), Entries(RUNNING_LOW))


def expiry(episode: Episode) -> tuple[Part, ...]:
    rows: tuple[tuple[Say, Cell], ...] = (
        (
            say("balance.left_in_all"),
            say("balance.left_of", left=episode.count("left"), amount=episode.count("amount")),
        ),
        (say("balance.ends"), episode.day("ends")),
        (say("balance.days_until"), episode.count("days")),
        (say("forecast.vanishing"), say("forecast.vanishing_count", count=episode.count("unused"))),
    )
    entries = Entries(("billing/mainland-package-refund", "billing/one-package-for-all-types"))
    return (Facts(rows), Paragraph(say("alert.use_it")), entries)


def unusual(episode: Episode) -> tuple[Part, ...]:
    """FAQ: a combination of measures helps, and in an emergency the service can be disabled in the console."""
    usual: Cell = episode.count("median") or say("alert.hardly_any")
    rows: list[tuple[Say, Cell]] = [
        (say("stats.billed"), episode.count("count")),
        (say("alert.usual"), usual),
    ]
    if episode.count("median"):
        rows.append((say("alert.times"), say("alert.times_usual", times=times(episode))))
    entries = Entries(
        ("security/sms-bombing", "security/default-frequency-limits", "security/alert-contacts")
    )
    return (
        Facts(tuple(rows)),
        Paragraph(say("alert.stop")),
        Paragraph(say("alert.countermeasures")),
        Listing(COUNTERMEASURES),
        entries,
    )


def times(episode: Episode) -> Cell:
    value = episode.details.get("times")
    return value if isinstance(value, int | float) else None


def failures(episode: Episode) -> tuple[Part, ...]:
    """API: the statistics count kinds of failure, not single codes."""
    cause = word if (word := episode.word("cause")) in FAILURES else "other"
    name, entry = FAILURES[cause]
    shares = say(
        "alert.cause_rates",
        cause=name,
        share=episode.share("cause_share"),
        usual=episode.share("cause_usual"),
    )
    failed = say("alert.failed_of", failed=episode.count("failed"), receipts=episode.count("receipts"))
    rates = say("alert.rates", share=episode.share("share"), usual=episode.share("usual"))
    rows: tuple[tuple[Say, Cell], ...] = (
        (say("stats.failed"), failed),
        (say("alert.failure_rate"), rates),
        (say("alert.cause"), shares),
    )
    return (Facts(rows), *typical(cause), Paragraph(say("alert.trace")), Entries((entry, HELPFUL[cause])))


def typical(cause: str) -> tuple[Part, ...]:
    code = TYPICAL.get(cause)
    return (Paragraph(say("alert.typical")), Explained((code,))) if code else ()


def refusals(episode: Episode) -> tuple[Part, ...]:
    rows: tuple[tuple[Say, Cell], ...] = (
        (say("stats.requests"), episode.count("requests")),
        (say("stats.accepted"), episode.count("accepted")),
        (say("alert.refused"), episode.count("refused")),
    )
    entries = (
        "billing/error-1031-despite-balance",
        "billing/error-1033-despite-package",
        "security/default-frequency-limits",
    )
    return (
        Facts(rows),
        Paragraph(say("alert.look_at_code")),
        Explained((NO_PACKAGE, SUSPENDED)),
        Entries(entries),
    )


def arrears(episode: Episode) -> tuple[Part, ...]:
    where = say("alert.test_refused" if episode.word("source") == "test" else "alert.api_refused")
    entries = Entries(("billing/error-1033-despite-package", "billing/overseas-arrears"))
    return (Paragraph(where), Explained((episode.word("code"),)), Paragraph(say("alert.pay")), entries)


def actions_of(episode: Episode) -> tuple[Action, ...]:
    """What is left in the packages says nothing of arrears."""
    snooze = Action(say("alert.snooze_day"), f"alerts snooze {episode.name} {episode.account} 1d")
    if episode.kind == "arrears":
        return (snooze,)
    if episode.kind in {"unusual", "failures", "refusals"}:
        details = Action(say("alert.see_today"), f"stats today {episode.account}")
    else:
        details = Action(say("alert.see_balance"), f"balance {episode.account}")
    return (details, snooze)
