"""Knowledge that changes while the bot runs."""

import asyncio

from bot.errors import KnowledgeError, Mistake
from bot.renewal import Renewal


class Folder:
    """A knowledge folder in so far as it has a name for its content."""

    def __init__(self) -> None:
        self.content = "first"
        self.broken = False
        self.built = 0

    async def build(self) -> str:
        self.built += 1
        if self.broken:
            raise KnowledgeError("knowledge", [Mistake("faq/a.md", 3, "unknown_key")])
        return self.content


def test_what_is_edited_holds_from_the_next_look_on() -> None:
    folder, taken = Folder(), list[str]()
    renewal = Renewal(lambda: folder.content, folder.build, taken.append)

    async def scene() -> None:
        await renewal.look()
        assert taken == []
        folder.content = "second"
        await renewal.look()
        await renewal.look()

    asyncio.run(scene())

    assert taken == ["second"]
    assert folder.built == 1


def test_a_mistake_changes_nothing_until_it_is_mended() -> None:
    folder, taken = Folder(), list[str]()
    renewal = Renewal(lambda: folder.content, folder.build, taken.append)

    async def scene() -> None:
        folder.content, folder.broken = "with a mistake", True
        await renewal.look()
        await renewal.look()
        assert taken == []
        folder.content, folder.broken = "mended", False
        await renewal.look()

    asyncio.run(scene())

    assert taken == ["mended"]
    assert folder.built == 2
