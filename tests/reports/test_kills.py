"""Several real processes over one database, killed at random: every digest stands there once."""

import asyncio
from pathlib import Path

from tests.reports.soak import Size, soak


def test_what_is_due_stands_there_once_whatever_dies(database_url: str, tmp_path: Path) -> None:
    size = Size(replicas=3, channels=10, days=2, death=0.008, between_kills=1.5)

    result = asyncio.run(soak(database_url, tmp_path, size, seed=7))

    assert (result.keys, result.lost, result.doubled) == (20, [], [])
    assert result.kills >= 2
    assert sum(result.met.values()) >= 1
