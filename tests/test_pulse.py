"""The pulse tells a loop that is stuck from one that is not."""

import asyncio

from bot.pulse import Pulse


def test_the_lag_is_by_how_much_a_beat_is_late() -> None:
    times = iter((100.0, 100.5, 101.0, 107.0))
    pulse = Pulse(lambda: next(times))

    assert [pulse.lag, pulse.lag, pulse.lag] == [0, 0, 6]


def test_a_loop_that_gets_round_again_is_well_again() -> None:
    at = [100.0]

    async def scenario() -> list[float]:
        pulse = Pulse(lambda: at[0], lambda _: asyncio.sleep(0))
        beating = asyncio.create_task(pulse.beat())
        await asyncio.sleep(0)
        at[0] += 10
        stuck = pulse.lag
        await asyncio.sleep(0)
        beating.cancel()
        return [stuck, pulse.lag]

    assert asyncio.run(scenario()) == [9, 0]
