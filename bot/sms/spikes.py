"""Campaigns: a day or two far above those beside them, which tell nothing of the days to come."""

from collections.abc import Iterable, Sequence
from statistics import median, median_low

from bot.sms.use import Use

# A spike takes at least two average days on top of what its weekday takes: what is less, once in four weeks,
# raises the pace by a fourteenth.
FAR = 2.0
# And it is so many times as far off as the quarter of days that is farthest off. Where any day may take the
# double, a busy one is no spike.
FARTHER = 5.0
# A campaign is over on the third day. What is not, is what is used now.
LONGEST_SPIKE = 2
# A day is compared with those of the week before it and of the week after it.
BESIDE = 7
# What comes oftener than once a week is usual. A short history may still have one campaign of two days.
OFTEN, AT_LEAST = 7, 2


def spikes(known: Sequence[Use]) -> list[Use]:
    """One or two days in a row that are far above those beside them; none if they come often."""
    levels = levels_beside(known)
    usual = usual_shares(known, levels)
    excess = [lift(it, level) - share for it, level, share in zip(known, levels, usual, strict=True)]
    scatter = sorted(map(abs, excess))[3 * (len(excess) - 1) // 4]
    far = [place for place, it in enumerate(excess) if it > max(FAR, FARTHER * scatter)]
    found = [
        known[place]
        for run in runs(far)
        if len(run) <= LONGEST_SPIKE and stands_alone(run, known, levels, usual)
        for place in run
    ]
    return found if len(found) <= max(len(known) // OFTEN, AT_LEAST) else []


def levels_beside(known: Sequence[Use]) -> list[float]:
    """What is usual beside each day; 0 where most days have no use, so that there is nothing to rise above."""
    around = [
        [*known[max(place - BESIDE, 0) : place], *known[place + 1 : place + 1 + BESIDE]]
        for place in range(len(known))
    ]
    return [median(it.count for it in beside) for beside in around]


def lift(use: Use, level: float) -> float:
    return use.count / level if level else 0.0


def usual_shares(known: Sequence[Use], levels: Sequence[float]) -> list[float]:
    """What share the weekday of each day takes on its other dates: a newsletter every Tuesday is no spike."""
    lifts = [(it, lift(it, level)) for it, level in zip(known, levels, strict=True)]
    return [
        median_low([share for other, share in lifts if other.weekday == it.weekday and other != it] or [1.0])
        for it in known
    ]


def runs(places: Iterable[int]) -> list[list[int]]:
    """Places that follow each other, together."""
    found = list[list[int]]()
    for place in places:
        if found and found[-1][-1] == place - 1:
            found[-1].append(place)
        else:
            found.append([place])
    return found


def stands_alone(
    run: Sequence[int], known: Sequence[Use], levels: Sequence[float], usual: Sequence[float]
) -> bool:
    """Whether the days before and after are less than half as far off: else a new level begins here."""
    level = levels[run[0]]
    excess = {
        place: lift(known[place], level) - usual[place]
        for place in range(max(run[0] - 1, 0), min(run[-1] + 2, len(known)))
    }
    peak = max(excess[place] for place in run)
    return all(it < peak / 2 for place, it in excess.items() if place not in run)
