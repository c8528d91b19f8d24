"""How long each alert holds, and when it is told: once, from when it is raised until it is clear. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.reports.sight import Finding
from bot.sms.alarms import Episode


def step(
    account: str, known: Mapping[str, Episode], found: Sequence[Finding], at: datetime
) -> Sequence[Episode]:
    """The episodes that a look changes: new ones, and those that are over.

    `known` has the latest episode of each name, open or closed. One that is open and still raised stays as it is.
    What is no longer looked for (a threshold that the settings lost, a package that is gone) is over.
    """
    still = {name: it for name, it in known.items() if it.closed is None}
    by_name = {it.name: it for it in found}
    return (*ended(still, by_name, at), *begun(account, known, by_name, at))


def ended(still: Mapping[str, Episode], found: Mapping[str, Finding], at: datetime) -> Iterator[Episode]:
    for name, episode in still.items():
        finding = found.get(name) or found.get(episode.kind)
        if finding is None or finding.state == "clear":
            yield replace(episode, closed=at)


def begun(
    account: str, known: Mapping[str, Episode], found: Mapping[str, Finding], at: datetime
) -> Iterator[Episode]:
    """New ones. A balance threshold is silent where a more severe one is crossed as well."""
    raised = [it for it in found.values() if it.state == "raised"]
    severest = max((it for it in raised if kind(it) == "balance"), key=severity, default=None)
    for finding in raised:
        before = known.get(finding.name)
        if before is not None and before.closed is None:
            continue
        number = before.number + 1 if before else 1
        silent = kind(finding) == "balance" and finding is not severest
        yield Episode(account, finding.name, number, at, finding.details, silent=silent)


def kind(finding: Finding) -> str:
    return finding.name.partition(":")[0]


def severity(finding: Finding) -> tuple[float, str]:
    return finding.weight, finding.name


def to_tell(
    standing: Sequence[Episode],
    before: Mapping[str, datetime],
    snoozed: Mapping[str, datetime],
    at: datetime,
    cool_down: timedelta,
) -> Sequence[Episode]:
    """Those of one account that are told now.

    `before`: when each name was last told in an earlier episode. `snoozed`: until when each is quiet. What has to
    wait is told when the wait is over, if it still holds; but a balance not after a more severe one.
    """
    waiting = [it for it in standing if it.told is None and it.closed is None and not it.silent]
    return [
        it
        for it in waiting
        if not quiet(it.name, before, snoozed, at, cool_down) and not outdone(it, standing)
    ]


def quiet(
    name: str,
    before: Mapping[str, datetime],
    snoozed: Mapping[str, datetime],
    at: datetime,
    cool_down: timedelta,
) -> bool:
    """What was told in the future was told by a clock that was ahead: it quiets nothing."""
    last, until = before.get(name), snoozed.get(name)
    cooling = last is not None and timedelta() <= at - last < cool_down
    return cooling or (until is not None and at < until)


def outdone(episode: Episode, standing: Sequence[Episode]) -> bool:
    """Whether another balance threshold, of fewer messages, holds as well."""
    others = (it for it in standing if it.kind == episode.kind == "balance" and it.closed is None)
    return any(threshold(it) < threshold(episode) for it in others)


def threshold(episode: Episode) -> int:
    return episode.count("threshold") or 0
