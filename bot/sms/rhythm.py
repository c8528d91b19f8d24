"""The rhythm of the week: the share of an average day that each weekday takes."""

from collections.abc import Mapping, Sequence
from statistics import fmean, median

from bot.sms.use import Use, average

EVEN = (1.0,) * 7
WORKDAYS_AND_WEEKEND = (0, 0, 0, 0, 0, 1, 1)
# The standard deviation of normal noise, of how far values lie from their middle.
FROM_MIDDLE = 1.2533


def rhythm(rest: Sequence[Use]) -> tuple[float, ...]:
    """The share of an average day that each weekday takes.

    Where a weekday was seen only once, workdays and the weekend are told apart, and no more.
    """
    seen = [it.weekday for it in rest]
    kinds = range(7) if all(seen.count(it) > 1 for it in range(7)) else WORKDAYS_AND_WEEKEND
    shares: tuple[float, ...] = EVEN
    # The second time, the mean of a week no longer depends on which of its days are not known.
    for _ in range(2):
        shares = believed(shares_by_kind(rest, shares, kinds), kinds)
    return shares


def shares_by_kind(
    rest: Sequence[Use], shares: Sequence[float], kinds: Sequence[int]
) -> Mapping[int, list[float]]:
    """Each day over the mean of its week, which it is in the middle of: growth has no part in it."""
    width = min(7, len(rest))
    found: dict[int, list[float]] = {}
    for place, it in enumerate(rest):
        first = min(max(place - width // 2, 0), len(rest) - width)
        level = average(rest[first : first + width], shares)
        if level:
            found.setdefault(kinds[it.weekday], []).append(it.count / level)
    return found


def believed(found: Mapping[int, list[float]], kinds: Sequence[int]) -> tuple[float, ...]:
    """The middle share of each weekday; all the nearer to an even week, the more of it may be chance."""
    middles = {kind: median(shares) for kind, shares in found.items()}
    if not any(middles.values()):
        return EVEN
    each = [middles.get(kind, fmean(middles.values())) for kind in kinds]
    shares = [7 * it / sum(each) for it in each]
    uneven = fmean((it - 1) ** 2 for it in shares)
    chance = uneven_by_chance(found, middles, kinds)
    trust = max(1 - chance / uneven, 0.0) if uneven else 0.0
    return tuple(1 + trust * (it - 1) for it in shares)


def uneven_by_chance(
    found: Mapping[int, list[float]], middles: Mapping[int, float], kinds: Sequence[int]
) -> float:
    """How uneven an even week would look, going by how much days of the same kind differ."""
    apart = [abs(it - middles[kind]) for kind, shares in found.items() for it in shares]
    variance = (FROM_MIDDLE * fmean(apart)) ** 2 * len(apart) / max(len(apart) - len(found), 1)
    return variance * fmean(1 / len(found[kind]) for kind in kinds if kind in found)
