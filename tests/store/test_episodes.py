"""The times that alerts hold: each kept by its number, told once, and not forgotten before the next one."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text, true

from bot.sms.alarms import Episode
from bot.store.database import Database, StoreAway, open_database
from bot.store.episodes import StoredEpisodes
from bot.store.tables import send
from tests.guard.small_guard import NOON

DAY = timedelta(days=1)
LOW = Episode("prod", "balance:0.3", 1, NOON, {"left": 300, "share": 0.29, "runs_out": "2026-12-01"})
OTHERS = {
    "token_mark": "",
    "person": "",
    "channel": "",
    "number_name": "",
    "number_mark": "",
    "number_masked": "",
    "template": 1,
    "signature": "",
    "segments": 1,
    "drafted": NOON,
    "expires": NOON,
    "parameters": "[]",
    "serial": "",
    "request_id": "",
    "billed": 0,
    "arrival": "awaited",
    "receipt": "",
}


def told(url: str, story: Callable[[StoredEpisodes, Database], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_database(url) as database:
            await story(StoredEpisodes(database), database)

    asyncio.run(run())


def later(number: int, **changed: object) -> Episode:
    """Each day has one."""
    opened = NOON + (number - 1) * DAY
    return replace(LOW, number=number, opened=opened, **changed)  # type: ignore[arg-type]


def test_the_latest_of_each_name_is_told_open_or_closed(database_url: str) -> None:
    async def story(episodes: StoredEpisodes, _database: Database) -> None:
        second, unusual = later(2, closed=NOON + 2 * DAY), replace(LOW, name="unusual")
        qa = replace(LOW, account="qa", number=7)
        assert await episodes.latest("prod") == {}
        await episodes.change([second, qa, LOW, unusual])

        assert await episodes.latest("prod") == {"balance:0.3": second, "unusual": unusual}
        assert await episodes.latest("qa") == {"balance:0.3": qa}

    told(database_url, story)


def test_the_latest_is_the_last_by_number_though_the_clock_was_set_back(database_url: str) -> None:
    async def story(episodes: StoredEpisodes, _database: Database) -> None:
        second = replace(LOW, number=2, opened=NOON - DAY)
        await episodes.change([second, replace(LOW, closed=NOON)])

        assert await episodes.latest("prod") == {"balance:0.3": second}
        await episodes.forget(NOON + DAY)
        assert await episodes.latest("prod") == {"balance:0.3": second}

    told(database_url, story)


def test_what_is_open_stands_in_the_order_in_which_it_began(database_url: str) -> None:
    async def story(episodes: StoredEpisodes, _database: Database) -> None:
        first = replace(LOW, name="unusual", number=5, opened=NOON - DAY, silent=True)
        second = later(2, told=NOON + DAY)
        same_look = [replace(second, name=name) for name in ("arrears", "expiry")]
        await episodes.change([*same_look[::-1], second, replace(LOW, closed=NOON), first])
        await episodes.change([replace(LOW, account="qa")])

        assert await episodes.standing(["prod"]) == [first, same_look[0], second, same_look[1]]
        accounts = [it.account for it in await episodes.standing(["qa", "prod"])]
        assert accounts == ["prod", "qa", "prod", "prod", "prod"]
        assert await episodes.standing([]) == []

    told(database_url, story)


def test_untold_is_what_is_neither_told_nor_silent_open_or_closed_of_whatever_age(database_url: str) -> None:
    async def story(episodes: StoredEpisodes, _database: Database) -> None:
        waiting, over = replace(LOW, name="waiting"), replace(LOW, name="over", closed=NOON + DAY)
        old = replace(LOW, name="old", opened=NOON - 90 * DAY)
        await episodes.change(
            [
                over,
                waiting,
                old,
                replace(LOW, name="told", told=NOON),
                replace(LOW, name="silent", silent=True),
                replace(LOW, name="both", silent=True, told=NOON),
                replace(LOW, account="qa"),
            ]
        )

        assert await episodes.untold("prod") == [old, over, waiting]
        assert await episodes.untold("none") == []

    told(database_url, story)


def test_what_is_marked_as_told_is_told_and_nothing_else_changes(database_url: str) -> None:
    async def story(episodes: StoredEpisodes, _database: Database) -> None:
        others = [later(2), replace(LOW, name="unusual"), replace(LOW, account="qa")]
        await episodes.change([LOW, *others])

        await episodes.mark_told(LOW, NOON + timedelta(minutes=1))

        standing = await episodes.standing(["prod", "qa"])
        assert replace(LOW, told=NOON + timedelta(minutes=1)) in standing
        assert all(it in standing for it in others)
        assert LOW not in await episodes.untold("prod")

    told(database_url, story)


def test_when_each_name_was_last_told_is_the_latest_of_its_times(database_url: str) -> None:
    async def story(episodes: StoredEpisodes, _database: Database) -> None:
        # What came of the first call was found out when the second episode was told already.
        await episodes.change(
            [
                replace(LOW, told=NOON + 5 * DAY),
                later(2, told=NOON + 3 * DAY),
                later(3),
                replace(LOW, name="unusual", told=NOON),
                replace(LOW, name="untold"),
                replace(LOW, account="qa", told=NOON + 9 * DAY),
            ]
        )

        assert await episodes.last_told("prod") == {"balance:0.3": NOON + 5 * DAY, "unusual": NOON}
        assert await episodes.last_told("none") == {}

    told(database_url, story)


def test_a_change_takes_the_place_of_what_was(database_url: str) -> None:
    async def story(episodes: StoredEpisodes, _database: Database) -> None:
        await episodes.change([LOW, later(2)])
        closed = replace(LOW, closed=NOON + DAY, details={"left": 1})

        await episodes.change([closed, later(3)])
        await episodes.change([])

        assert await episodes.standing(["prod"]) == [later(2), later(3)]
        assert closed in await episodes.untold("prod")

    told(database_url, story)


def test_of_what_is_changed_together_all_or_nothing_is_kept(database_url: str) -> None:
    async def story(episodes: StoredEpisodes, _database: Database) -> None:
        with pytest.raises(StoreAway):
            await episodes.change([LOW, replace(LOW, name="unusual", number=2**80)])

        assert await episodes.standing(["prod"]) == []

    told(database_url, story)


def test_what_was_over_before_a_time_is_forgotten_but_the_last_of_each_name(database_url: str) -> None:
    async def story(episodes: StoredEpisodes, _database: Database) -> None:
        old = [later(number, closed=NOON + number * DAY) for number in (1, 2)]
        recent, last = later(3, closed=NOON + 30 * DAY), later(4, closed=NOON + 31 * DAY)
        alone, qa = replace(LOW, name="unusual", closed=NOON), replace(LOW, account="qa", closed=NOON)
        open_ = [replace(LOW, name="arrears"), replace(later(2), name="arrears")]
        await episodes.change([*old, recent, last, alone, qa, *open_])

        await episodes.forget(NOON + 30 * DAY)

        kept = [open_[0], alone, open_[1], recent, last]
        assert await episodes.untold("prod") == kept
        assert await episodes.untold("qa") == [qa]
        await episodes.forget(NOON + 90 * DAY)
        assert await episodes.latest("prod") == {
            "balance:0.3": last,
            "unusual": alone,
            "arrears": open_[1],
        }
        assert recent not in await episodes.untold("prod")

    told(database_url, story)


DETAILS = st.dictionaries(
    st.text(st.characters(), max_size=9),
    st.text(st.characters(), max_size=9) | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    max_size=4,
)
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1), timezones=st.just(NOON.tzinfo))  # type: ignore[arg-type] # noqa: DTZ001 -- Hypothesis adds the zone
EPISODES = st.builds(
    Episode,
    st.just("prod"),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=9),
    st.integers(1, 2**31 - 1),
    TIMES,
    DETAILS,
    st.none() | TIMES,
    st.none() | TIMES,
    st.booleans(),
)


def test_an_episode_comes_back_as_it_was(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        episodes = StoredEpisodes(runner.run(stack.enter_async_context(open_database(database_url))))

        @settings(max_examples=60, deadline=None, phases=[Phase.generate])
        @given(EPISODES)
        def promise(it: Episode) -> None:
            runner.run(episodes.change([it]))

            assert it in runner.run(every(episodes))

        promise()
        runner.run(stack.aclose())


async def every(episodes: StoredEpisodes) -> list[Episode]:
    """All of "prod", whatever has become of them."""
    return await episodes._all(true())  # noqa: SLF001 -- nothing else gives all


def test_the_last_test_send_that_was_settled_tells_whether_it_was_refused(database_url: str) -> None:
    async def story(episodes: StoredEpisodes, database: Database) -> None:
        async def settle(name: str, state: str, reason: str, hours: int, account: str = "prod") -> str:
            settled = NOON + timedelta(hours=hours)
            row = {"id": name, "state": state, "reason": reason, "settled": settled, "account": account}
            async with database.writing() as connection:
                await connection.execute(insert(send).values({**OTHERS, **row, "token_mark": name}))
            return await episodes.refused("prod", NOON)

        assert await episodes.refused("prod", NOON) == ""
        assert await settle("before", "rejected", "Too.Old", -1) == ""
        assert await settle("another's", "rejected", "Not.Ours", 9, "qa") == ""
        assert await settle("first", "rejected", "Arrears", 1) == "Arrears"
        assert await settle("accepted before", "accepted", "", 0) == "Arrears"
        assert await settle("nobody knows", "unknown", "Lost", 2) == "Arrears"
        assert await settle("nobody wants", "cancelled", "", 3) == "Arrears"
        assert await settle("second", "rejected", "Limit", 4) == "Limit"
        assert await settle("went well", "accepted", "", 5) == ""
        assert await episodes.refused("qa", NOON) == "Not.Ours"
        assert await episodes.refused("prod", NOON + timedelta(hours=6)) == ""

    told(database_url, story)


def test_a_database_that_is_away_is_told(database_url: str) -> None:
    async def story(episodes: StoredEpisodes, database: Database) -> None:
        async with database.writing() as connection:
            await connection.execute(text("ALTER TABLE episode RENAME TO episode_gone"))
            await connection.execute(text("ALTER TABLE send RENAME TO send_gone"))

        for asked in (
            lambda: episodes.latest("prod"),
            lambda: episodes.standing(["prod"]),
            lambda: episodes.untold("prod"),
            lambda: episodes.last_told("prod"),
            lambda: episodes.change([LOW]),
            lambda: episodes.mark_told(LOW, NOON),
            lambda: episodes.forget(NOON),
            lambda: episodes.refused("prod", NOON),
        ):
            with pytest.raises(StoreAway):
                await asked()

    told(database_url, story)
