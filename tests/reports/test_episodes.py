"""Alerts are told once, and again only when they come again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reports.episodes import step, to_tell
from bot.reports.sight import Finding, State
from bot.sms.alarms import Episode
from tests.sms.small_cloud import NOW

HOUR = timedelta(hours=1)
COOL_DOWN = 6 * HOUR


def finding(name: str, state: State = "raised", weight: float = 0.0, **details: int) -> Finding:
    return Finding(name, state, details, weight)


def balance(share: str, state: State = "raised", left: int = 0) -> Finding:
    """A threshold of a package of 10,000."""
    threshold = round(float(share) * 10_000)
    return finding(f"balance:{share}", state, -threshold, left=left, threshold=threshold)


def episode(name: str, number: int = 1, **details: int) -> Episode:
    return Episode("prod", name, number, NOW, details)


def known(*episodes: Episode) -> dict[str, Episode]:
    return {it.name: it for it in episodes}


def stepped(before: Mapping[str, Episode], *found: Finding, at: datetime = NOW) -> Sequence[Episode]:
    return step("prod", before, found, at)


def told(
    *standing: Episode,
    before: Mapping[str, datetime] | None = None,
    snoozed: Mapping[str, datetime] | None = None,
    at: datetime = NOW,
) -> list[str]:
    return [it.name for it in to_tell(standing, before or {}, snoozed or {}, at, COOL_DOWN)]


# ---- From when to when


def test_an_episode_opens_with_the_figures_of_its_beginning() -> None:
    assert stepped({}, finding("unusual", count=900)) == (episode("unusual", count=900),)


def test_what_is_open_stays_as_it_is() -> None:
    open_ = known(episode("unusual", count=900))

    for state in ("raised", "between", "unknown"):
        assert stepped(open_, finding("unusual", state, count=5000)) == ()


def test_what_is_clear_closes_once() -> None:
    (closed,) = stepped(known(episode("unusual")), finding("unusual", "clear"), at=NOW + HOUR)

    assert closed == replace(episode("unusual"), closed=NOW + HOUR)
    assert stepped(known(closed), finding("unusual", "clear"), at=NOW + 2 * HOUR) == ()


def test_what_comes_again_is_another_episode() -> None:
    closed = replace(episode("unusual", number=3), closed=NOW)

    (opened,) = stepped(known(closed), finding("unusual"), at=NOW + HOUR)

    assert (opened.number, opened.opened, opened.told, opened.closed) == (4, NOW + HOUR, None, None)


@pytest.mark.parametrize("state", ["clear", "between", "unknown"])
def test_nothing_opens_that_is_not_raised(state: State) -> None:
    assert stepped({}, finding("unusual", state)) == ()


def test_what_is_no_longer_looked_for_is_over() -> None:
    before = known(episode("balance:0.5"), episode("expiry:gone"), episode("run_out"))
    found = (balance("0.3", "unknown"), finding("expiry:other", "clear"), finding("run_out", "between"))

    assert {it.name for it in stepped(before, *found)} == {"balance:0.5", "expiry:gone"}


def test_what_can_not_be_looked_for_is_not_over() -> None:
    assert stepped(known(episode("expiry:p1")), finding("expiry", "unknown")) == ()


# ---- Of several thresholds one


def test_of_several_thresholds_crossed_at_once_the_one_of_fewest_messages_is_told() -> None:
    opened = stepped({}, balance("0.3"), balance("0.1"), balance("0", "between"), finding("run_out"))

    assert {it.name: it.silent for it in opened} == {
        "balance:0.3": True,
        "balance:0.1": False,
        "run_out": False,
    }
    assert told(*opened) == ["balance:0.1", "run_out"]


def test_a_threshold_that_is_crossed_later_is_told_as_well() -> None:
    before = known(replace(episode("balance:0.3", threshold=3000), told=NOW))

    (opened,) = stepped(before, balance("0.3"), balance("0.1"))

    assert told(*before.values(), opened) == ["balance:0.1"]


def test_a_milder_threshold_is_silent_while_a_more_severe_one_holds() -> None:
    before = known(episode("balance:0.1", threshold=1000))

    (opened,) = stepped(before, balance("0.1"), balance("0.3"))

    assert opened.silent


def test_a_threshold_that_had_to_wait_is_not_told_after_a_more_severe_one() -> None:
    waited = episode("balance:0.3", threshold=3000)
    worse = replace(episode("balance:0.1", threshold=1000), told=NOW)

    assert told(waited, worse) == []
    assert told(waited, replace(worse, closed=NOW)) == ["balance:0.3"]


# ---- When it is told


def test_an_episode_is_told_once() -> None:
    assert told(episode("unusual")) == ["unusual"]
    assert told(replace(episode("unusual"), told=NOW - 30 * COOL_DOWN)) == []


def test_what_was_told_a_short_while_ago_waits_and_is_told_if_it_still_holds() -> None:
    again = replace(episode("unusual", number=2), opened=NOW + HOUR)

    assert told(again, before={"unusual": NOW}, at=NOW + COOL_DOWN - HOUR / 60) == []
    assert told(again, before={"unusual": NOW}, at=NOW + COOL_DOWN) == ["unusual"]
    assert told(again, before={"failures": NOW}, at=NOW + HOUR) == ["unusual"]
    assert told(replace(again, closed=NOW + 2 * HOUR), before={"unusual": NOW}, at=NOW + COOL_DOWN) == []


def test_what_is_snoozed_waits() -> None:
    assert told(episode("unusual"), snoozed={"unusual": NOW + HOUR}) == []
    assert told(episode("unusual"), snoozed={"unusual": NOW}) == ["unusual"]
    assert told(episode("unusual"), snoozed={"failures": NOW + HOUR}) == ["unusual"]


def test_what_is_over_or_silent_is_never_told() -> None:
    over, silent = replace(episode("unusual"), closed=NOW), replace(episode("run_out"), silent=True)

    assert told(over, silent) == []


# ---- Over any course of looks

NAMES = ("balance:0.3", "balance:0.1", "unusual", "expiry:p1")
STATES: tuple[State, ...] = ("raised", "clear", "between", "unknown")
# How long after the look before, the state of each alert, and how many hours `unusual` is snoozed from then on.
Look = tuple[int, tuple[State, ...], int]
LOOKS: st.SearchStrategy[list[Look]] = st.lists(
    st.tuples(
        st.integers(1, 300),
        st.tuples(*[st.sampled_from(STATES)] * len(NAMES)),
        st.sampled_from([0, 0, 0, 0, 2, 30]),
    ),
    max_size=60,
)


@dataclass(slots=True)
class Course:
    """What the storage around these functions does, and what it saw."""

    at: datetime = NOW
    latest: dict[str, Episode] = field(default_factory=dict)
    all: dict[tuple[str, int], list[Episode]] = field(default_factory=dict)
    telling: list[Episode] = field(default_factory=list)
    snoozed: dict[str, datetime] = field(default_factory=dict)

    def look(self, look: Look) -> None:
        minutes, states, hours = look
        self.at += timedelta(minutes=minutes)
        if hours:
            self.snoozed["unusual"] = self.at + hours * HOUR
        for changed in step("prod", self.latest, findings_of(states), self.at):
            self._keep(changed)
        last = {it.name: it.told for it in self.telling if it.told}
        standing = [it for it in self.latest.values() if it.closed is None]
        for it in to_tell(standing, last, self.snoozed, self.at, COOL_DOWN):
            told = replace(it, told=self.at)
            self._keep(told)
            self.telling.append(told)

    def _keep(self, it: Episode) -> None:
        self.latest[it.name] = it
        self.all.setdefault((it.name, it.number), []).append(it)


def findings_of(states: Sequence[State]) -> list[Finding]:
    weights = (-3000, -1000, 0, 0)
    return [
        Finding(name, state, {"threshold": -weight}, weight)
        for name, state, weight in zip(NAMES, states, weights, strict=True)
    ]


def after(looks: Sequence[Look]) -> Course:
    course = Course()
    for look in looks:
        course.look(look)
    return course


def test_what_was_told_by_a_clock_that_was_ahead_quiets_nothing() -> None:
    ahead = {"unusual": NOW + timedelta(days=365)}

    assert told(episode("unusual", 2), before=ahead) == ["unusual"]


@settings(max_examples=200, deadline=None)
@given(looks=LOOKS)
def test_no_episode_is_told_twice_nor_one_that_is_silent(looks: list[Look]) -> None:
    telling = after(looks).telling

    assert len({(it.name, it.number) for it in telling}) == len(telling)
    assert not any(it.silent for it in telling)


@settings(max_examples=200, deadline=None)
@given(looks=LOOKS)
def test_an_alert_is_told_again_only_after_the_cool_down_and_never_while_snoozed(looks: list[Look]) -> None:
    course = Course()
    for look in looks:
        course.look(look)
        now = [it.name for it in course.telling if it.told == course.at]
        assert all(course.snoozed.get(it, NOW) <= course.at for it in now)

    for name in NAMES:
        moments = [it.told for it in course.telling if it.name == name and it.told]
        assert all(b - a >= COOL_DOWN for a, b in pairwise(moments))


@settings(max_examples=200, deadline=None)
@given(looks=LOOKS)
def test_each_alert_opens_and_closes_in_turn(looks: list[Look]) -> None:
    course = after(looks)

    for name in NAMES:
        mine = [rows[-1] for (it, _), rows in sorted(course.all.items()) if it == name]
        assert [it.number for it in mine] == list(range(1, len(mine) + 1))
        assert all(it.closed is not None for it in mine[:-1])
        moments = [moment for it in mine for moment in (it.opened, it.closed) if moment]
        assert moments == sorted(moments)


@settings(max_examples=200, deadline=None)
@given(looks=LOOKS)
def test_what_goes_on_and_nobody_wants_quiet_is_told_in_the_end(looks: list[Look]) -> None:
    course = after(looks)

    course.look((60 * 40, ("raised", "raised", "raised", "raised"), 0))

    held = {it.name for it in course.latest.values() if it.told or it.silent}
    assert held >= set(NAMES) - {"balance:0.3"}
