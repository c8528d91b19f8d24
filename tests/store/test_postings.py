"""The ledger of what is posted: one has the right to at a time, and what stands in a channel stays known."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.reports.posting import Claim, Key, alert_key, digest_key
from bot.store.database import StoreAway
from bot.store.postings import LEFT
from tests.store.small_postings import KEY, LEASE, Replica, pass_time, play

LAST = date(2026, 11, 30)
OTHER = alert_key("C0GENERAL", "prod", "balance:0.3", 3)
# Longer than a test takes on a busy machine: PostgreSQL's clock goes on meanwhile.
LITTLE = timedelta(seconds=4)
NOTHING = timedelta()
PAUSE = timedelta(minutes=10)
TS = "1795320000.000100"

Ending = Callable[[Replica, Claim], Awaitable[object]]


async def failed(one: Replica, claim: Claim) -> None:
    await one.postings.settle(claim, "failed", "gone")


async def released(one: Replica, claim: Claim) -> bool:
    return await one.postings.release(claim, PAUSE, "gone")


async def begun(one: Replica, claim: Claim) -> bool:
    return await one.postings.begin(claim)


async def lapsed(one: Replica) -> None:
    await pass_time(one, LEASE.length + LITTLE)


def test_what_is_claimed_is_nobodys_else_until_its_lease_has_ended(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        claim = await one.claimed()
        assert claim == Claim(KEY, 1, claim.first, claim.first, begun=False)
        assert abs(claim.first - await one.time()) < LITTLE

        await pass_time(one, LEASE.length - LITTLE)
        assert [await it.postings.claim(KEY) for it in (one, two)] == [None, None]
        await pass_time(one, 2 * LITTLE)
        taken = await two.claimed()

        assert taken == replace(claim, attempts=2, first=claim.first - LEASE.length - LITTLE, at=taken.at)
        assert [await it.postings.claim(KEY) for it in (one, two)] == [None, None]

    play(database_url, story)


def test_of_those_who_claim_at_the_same_moment_one_gets_it(database_url: str) -> None:
    keys = [digest_key(f"C{number}", date(2026, 11, 22)) for number in range(15)]

    async def story(one: Replica, two: Replica) -> None:
        for attempts in (1, 2):
            claims = [it.postings.claim(key) for key in keys for it in (one, two, two, one)]
            found = [it for it in await asyncio.gather(*claims) if it is not None]

            assert [it.key for it in found] == keys
            assert {it.attempts for it in found} == {attempts}
            await lapsed(one)

    play(database_url, story)


def test_each_key_is_claimed_by_itself(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        await one.claimed(KEY)

        for key in (
            digest_key("C0GENERAL", date(2026, 11, 23)),
            digest_key("C0OTHER", date(2026, 11, 22)),
            OTHER,
        ):
            assert (await two.claimed(key)).key == key

    play(database_url, story)


def test_a_call_begins_only_while_enough_of_the_lease_is_left(database_url: str) -> None:
    async def story(one: Replica, _two: Replica) -> None:
        enough = LEASE.length - LEASE.margin
        early, late = await one.claimed(KEY), await one.claimed(OTHER)

        await pass_time(one, enough - LITTLE)
        assert await one.postings.begin(early)
        await pass_time(one, 2 * LITTLE)
        assert not await one.postings.begin(late)
        assert await one.postings.begin(early), "its lease was made whole"

        await lapsed(one)
        assert not (await one.claimed(OTHER)).begun

    play(database_url, story)


def test_a_call_that_begins_has_a_whole_lease(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        claim = await one.claimed()
        await pass_time(one, LEASE.length / 2)
        await one.postings.begin(claim)

        await pass_time(one, LEASE.length - LITTLE)
        assert await two.postings.claim(KEY) is None
        await pass_time(one, 2 * LITTLE)
        assert await two.postings.claim(KEY) is not None

    play(database_url, story)


def test_whoever_takes_over_is_told_that_a_call_has_begun(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        await one.postings.begin(await one.claimed())
        await lapsed(one)
        assert (await two.claimed()).begun

        await lapsed(one)

        assert (await one.claimed()).begun, "and the next one, when that one has not looked"

    play(database_url, story)


def test_who_has_lost_the_right_begins_no_call(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        late = await one.claimed()
        await lapsed(one)
        now = await two.claimed()

        assert not await one.postings.begin(late)
        assert await two.postings.begin(now)
        assert not await one.postings.begin(late)

    play(database_url, story)


def test_an_earlier_claim_of_the_same_process_is_none_any_more(database_url: str) -> None:
    async def story(one: Replica, _two: Replica) -> None:
        earlier = await one.claimed()
        await lapsed(one)
        now = await one.claimed()

        assert not await one.postings.begin(earlier)
        await failed(one, earlier)
        assert not await released(one, earlier)
        assert await one.postings.begin(now)

    play(database_url, story)


def test_a_claim_is_of_use_to_its_owner_alone(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        claim = await one.claimed()

        assert not await two.postings.begin(claim)
        await failed(two, claim)
        assert not await released(two, claim)

        assert (await one.posted()).fate == "claimed"
        assert await one.postings.begin(claim)

    play(database_url, story)


def test_what_was_sent_counts_whoever_has_the_right_by_now(database_url: str) -> None:
    async def story(slow: Replica, two: Replica) -> None:
        claim = await slow.claimed()
        await slow.postings.begin(claim)
        await lapsed(slow)
        taken = await two.claimed()

        await slow.postings.sent(KEY, TS, "mark")

        posted = await two.posted()
        assert (posted.fate, posted.ts, posted.reason, posted.attempts) == ("sent", TS, "", 2)
        assert posted.settled is not None
        assert abs(posted.settled - await two.time()) < LITTLE
        assert not await two.postings.begin(taken)

    play(database_url, story)


def test_nothing_makes_unsent_what_was_sent(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        claim = await one.claimed()
        await one.postings.begin(claim)
        await one.postings.sent(KEY, TS, "mark")
        stands = await one.posted()

        await failed(one, claim)
        assert not await released(one, claim)
        assert not await one.postings.begin(claim)
        await one.postings.hand_back()
        assert await one.posted() == stands
        await pass_time(one, LEFT + LITTLE)
        assert await two.postings.claim(KEY) is None
        assert await two.postings.give_up("digest", []) == []

        assert (await one.posted()).fate == "sent"

    play(database_url, story)


@pytest.mark.parametrize("fate", ["failed", "unknown"])
def test_what_was_settled_and_stands_there_after_all_was_sent(database_url: str, fate: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        await one.postings.settle(await one.claimed(), "failed" if fate == "failed" else "unknown", "gone")

        await two.postings.sent(KEY, TS, "")

        posted = await one.posted()
        assert (posted.fate, posted.ts, posted.reason) == ("sent", TS, "")

    play(database_url, story)


@pytest.mark.parametrize("fate", ["failed", "unknown"])
def test_what_its_holder_settles_is_never_claimed_again(database_url: str, fate: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        claim = await one.claimed()
        await one.postings.settle(claim, "failed" if fate == "failed" else "unknown", "channel_not_found")

        posted = await two.posted()
        assert (posted.fate, posted.reason, posted.ts) == (fate, "channel_not_found", "")
        assert posted.settled is not None
        assert abs(posted.settled - await two.time()) < LITTLE
        assert not await one.postings.begin(claim)
        await lapsed(one)
        assert [await it.postings.claim(KEY) for it in (one, two)] == [None, None]

    play(database_url, story)


@pytest.mark.parametrize("end", [failed, released, begun])
def test_who_has_lost_the_right_ends_nothing(database_url: str, end: Ending) -> None:
    async def story(one: Replica, two: Replica) -> None:
        late = await one.claimed()
        await lapsed(one)
        now = await two.claimed()
        before = await two.posted()

        assert not await end(one, late)

        assert await two.posted() == before
        assert await two.postings.begin(now)

    play(database_url, story)


def test_what_is_released_is_nobodys_for_its_time_and_counts_as_not_begun(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        claim = await one.claimed()
        await one.postings.begin(claim)

        await one.postings.release(claim, PAUSE, "not_in_channel")

        await pass_time(one, PAUSE - LITTLE)
        assert [await it.postings.claim(KEY) for it in (one, two)] == [None, None]
        await pass_time(one, 2 * LITTLE)
        taken = await two.claimed()
        assert (taken.attempts, taken.begun) == (2, False)
        assert abs(await one.time() - taken.first - PAUSE - LITTLE) < LITTLE

    play(database_url, story)


def test_a_release_for_a_moment_frees_it_at_once(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        await one.postings.release(await one.claimed(), NOTHING, "ratelimited")

        assert (await two.claimed()).attempts == 2

    play(database_url, story)


def test_who_has_released_it_has_it_no_longer(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        claim = await one.claimed()
        await released(one, claim)

        assert not await one.postings.begin(claim)
        await failed(one, claim)
        assert not await one.postings.release(claim, NOTHING, "another")

        assert (await one.posted()).fate == "claimed"
        assert await two.postings.claim(KEY) is None

    play(database_url, story)


def test_a_release_tells_whether_its_reason_is_a_new_one(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        told = []
        for it, reason in ((one, "away"), (two, "away"), (one, "archived"), (one, "archived")):
            told.append(await it.postings.release(await it.claimed(), NOTHING, reason))

        assert told == [True, False, True, False]
        assert (await one.posted()).reason == "archived"

    play(database_url, story)


def test_fates_are_those_of_the_keys_that_are_asked_for(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        claim = await one.claimed(KEY)
        await two.claimed(OTHER)
        await one.postings.sent(KEY, TS, "mark")
        never = digest_key("C0NEVER", date(2026, 11, 22))

        found = await two.postings.fates([KEY, OTHER, never])

        assert {key: it.fate for key, it in found.items()} == {KEY: "sent", OTHER: "claimed"}
        assert {it.key for it in found.values()} == {KEY, OTHER}
        assert found[KEY].first == claim.first
        assert found[KEY].first.tzinfo == UTC
        assert found[OTHER].settled is None
        assert set(await two.postings.fates([OTHER])) == {OTHER}
        assert await two.postings.fates([]) == {}

    play(database_url, story)


def test_the_newest_is_that_of_the_latest_day_of_its_channel_and_fate(database_url: str) -> None:
    async def story(one: Replica, _two: Replica) -> None:
        # Claimed in another order than that of their days.
        claims = {day: await one.claimed(digest_key("C0GENERAL", date(2026, 11, day))) for day in (9, 21, 10)}
        await one.claimed(digest_key("C0OTHER", date(2026, 11, 30)))
        await one.claimed(OTHER)
        await one.postings.sent(claims[9].key, TS, "")
        await one.postings.sent(claims[10].key, TS, "")
        await failed(one, claims[21])

        for fate, day in ((None, 21), ("sent", 10), ("failed", 21)):
            found = await one.postings.newest("C0GENERAL", LAST, fate)  # type: ignore[arg-type]
            assert found is not None
            assert found.day == date(2026, 11, day)
        assert await one.postings.newest("C0GENERAL", LAST, "unknown") is None
        assert await one.postings.newest("C0NONE", LAST) is None
        before = await one.postings.newest("C0GENERAL", date(2026, 11, 20))
        assert before is not None
        assert before.day == date(2026, 11, 10), "of days to come a clock that was ahead has posted"

    play(database_url, story)


def test_what_nobody_has_had_for_an_hour_and_nobody_wants_is_given_up(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        begun, idle, wanted = (digest_key(it, date(2026, 11, 22)) for it in ("C0BEGUN", "C0IDLE", "C0WANTED"))
        await one.postings.begin(await one.claimed(begun))
        await one.postings.release(await one.claimed(idle), LEASE.length, "not_in_channel")
        await one.claimed(wanted)

        await pass_time(one, LEASE.length + LEFT - LITTLE)
        assert await two.postings.give_up("digest", [wanted]) == []
        await pass_time(one, 2 * LITTLE)
        found = await two.postings.give_up("digest", [wanted])

        assert [(it.key, it.fate, it.reason) for it in found] == [
            (begun, "unknown", ""),
            (idle, "failed", "not_in_channel"),
        ]
        assert all(it.settled for it in found)
        kept = await one.postings.fates([begun, idle, wanted])
        assert {key.channel: it.fate for key, it in kept.items()} == {
            "C0BEGUN": "unknown",
            "C0IDLE": "failed",
            "C0WANTED": "claimed",
        }
        assert [kept[it.key] for it in found] == list(found)
        assert await two.postings.give_up("digest", [wanted]) == []
        assert await one.postings.claim(begun) is None

    play(database_url, story)


def test_a_lease_of_a_clock_that_was_ahead_ends_with_it_and_who_had_it_may_begin_no_more(
    tmp_path: Path,
) -> None:
    """An alert's key has no date: for a year nobody could tell it."""

    async def story(one: Replica, two: Replica) -> None:
        one.clock.forward(days=365)
        claim = await one.claimed(OTHER)
        one.clock.forward(days=-365)

        assert (await two.claimed(OTHER)).attempts == 2
        assert not await one.postings.begin(claim)

    play(f"sqlite:///{tmp_path}/postings.sqlite3", story)


def test_what_is_handed_back_is_anybodys_at_once(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        claim = await one.claimed()

        await one.postings.hand_back()

        taken = await two.claimed()
        assert (taken.attempts, taken.begun) == (2, False)
        assert not await one.postings.begin(claim)

    play(database_url, story)


def test_what_has_begun_or_is_somebody_elses_is_not_handed_back(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        await one.postings.begin(await one.claimed(KEY))
        theirs = await two.claimed(OTHER)

        await one.postings.hand_back()

        assert [await it.postings.claim(KEY) for it in (one, two)] == [None, None]
        assert await one.postings.claim(OTHER) is None
        assert await two.postings.begin(theirs)

    play(database_url, story)


def test_what_waits_for_its_time_is_not_handed_back_before(database_url: str) -> None:
    """Slack has said how long nobody is to call."""

    async def story(one: Replica, two: Replica) -> None:
        await released(one, await one.claimed())

        await one.postings.hand_back()

        assert await two.postings.claim(KEY) is None

    play(database_url, story)


def test_what_was_nobodys_for_long_is_not_made_young_by_handing_it_back(database_url: str) -> None:
    async def story(one: Replica, two: Replica) -> None:
        await one.claimed()
        await pass_time(one, LEASE.length + LEFT + LITTLE)

        await one.postings.hand_back()

        assert [it.key for it in await two.postings.give_up("digest", [])] == [KEY]

    play(database_url, story)


def test_what_was_settled_before_a_time_is_forgotten(database_url: str) -> None:
    async def story(one: Replica, _two: Replica) -> None:
        old, new, open_ = (digest_key(it, date(2026, 11, 22)) for it in ("C0OLD", "C0NEW", "C0OPEN"))
        await one.claimed(open_)
        await one.claimed(old)
        await one.postings.sent(old, TS, "")
        await pass_time(one, timedelta(days=30))
        await failed(one, await one.claimed(new))

        await one.postings.forget(timedelta(days=30) - LITTLE)

        assert set(await one.postings.fates([old, new, open_])) == {new, open_}
        assert (await one.claimed(old)).attempts == 1

    play(database_url, story)


def test_a_replica_whose_clock_is_wrong_takes_over_nothing_that_is_alive(database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("on SQLite there is one machine, and one clock")

    async def story(one: Replica, fast: Replica) -> None:
        claim = await one.claimed(KEY)
        fast.clock.forward(days=400)

        assert await fast.postings.claim(KEY) is None
        assert await fast.postings.give_up("digest", []) == []
        late = await fast.claimed(OTHER)
        assert abs(late.first - claim.first) < LITTLE

    play(database_url, story)


def test_a_database_that_is_away_is_told_by_everything(database_url: str) -> None:
    async def story(one: Replica, _two: Replica) -> None:
        claim = await one.claimed()
        async with one.database.writing() as connection:
            await connection.execute(text("ALTER TABLE posting RENAME TO posting_gone"))
        postings = one.postings

        for asked in (
            lambda: postings.claim(KEY),
            lambda: postings.begin(claim),
            lambda: postings.sent(KEY, TS, ""),
            lambda: failed(one, claim),
            lambda: released(one, claim),
            lambda: postings.fates([KEY]),
            lambda: postings.newest("C0GENERAL", LAST),
            lambda: postings.give_up("digest", []),
            postings.hand_back,
            lambda: postings.forget(timedelta()),
        ):
            with pytest.raises(StoreAway):
                await asked()

    play(database_url, story)


@pytest.mark.parametrize(
    "key", [KEY, OTHER, Key("alert", "C0GENERAL", "prod|expiry:包|7"), Key("alert", "C0'%", 'a"|b\\|1')]
)
def test_a_key_comes_back_as_it_was(database_url: str, key: Key) -> None:
    async def story(one: Replica, two: Replica) -> None:
        assert (await one.claimed(key)).key == key
        assert (await two.posted(key)).key == key

    play(database_url, story)
