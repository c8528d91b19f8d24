"""What is kept for a while."""

import asyncio

from bot.slack.wire.kept import GLANCE, MOST, Kept


def test_an_old_value_is_not_held_up_by_a_new_one_that_takes_its_time() -> None:
    async def load(key: str) -> str:
        loads.append(key)
        if len(loads) > 1:
            await release.wait()
        return f"{key}{len(loads)}"

    async def run() -> None:
        kept = Kept(load, lambda: times[0])
        assert await kept.get("a") == "a1"
        times[0] = 600.0
        async with asyncio.timeout(GLANCE + 4):
            assert await kept.get("a") == "a1"
        release.set()
        assert await kept.get("a") == "a2"

    loads: list[str] = []
    times = [0.0]
    release = asyncio.Event()

    asyncio.run(run())


def test_no_more_is_kept_than_fits_and_the_newest_stay() -> None:
    async def load(key: int) -> int:
        loads.append(key)
        return key

    async def run() -> None:
        kept = Kept(load, lambda: 0.0)
        for key in (*range(MOST + 1), MOST, 1, 0):
            await kept.get(key)

    loads: list[int] = []

    asyncio.run(run())

    assert loads == [*range(MOST + 1), 0]


def test_what_is_being_loaded_ends_with_it() -> None:
    async def load(_key: str) -> str:
        await asyncio.Event().wait()
        return ""

    async def run() -> None:
        kept = Kept(load, lambda: 0.0)
        waiting = asyncio.create_task(kept.get("a"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await kept.close()
        await asyncio.wait({waiting})
        assert waiting.cancelled()

    asyncio.run(run())
