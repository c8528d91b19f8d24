"""The states of templates and signatures: a change is known for one, also after a new start."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select, text

from bot.sms.cloud import Review, Signature, Template
from bot.store.database import Database, StoreAway, open_database
from bot.store.reviews import SeenReviews
from bot.store.tables import review as reviews
from tests.guard.small_guard import NOON, Clock


def template(number: int = 1, review: Review = "reviewing") -> Template | Signature:
    return Template(number, "code", "{1} 为您的验证码", review, "", NOON, international=False)


def signature(number: int = 1, review: Review = "reviewing") -> Template | Signature:
    return Signature(number, "星河科技", review, "", NOON, international=False)


TEMPLATE, SIGNATURE = ("template", 1), ("signature", 1)


@dataclass
class Scene:
    database: Database
    clock: Clock = field(default_factory=Clock)

    def of(self, account: str = "prod") -> SeenReviews:
        return SeenReviews(account, self.database, self.clock)

    async def rows(self) -> list[tuple[str, str, int, str]]:
        kept = select(reviews.c.account, reviews.c.kind, reviews.c.id, reviews.c.state)
        async with self.database.reading() as connection:
            return sorted((it.account, it.kind, it.id, it.state) for it in await connection.execute(kept))


def told(url: str, story: Callable[[Scene], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_database(url) as database:
            await story(Scene(database))

    asyncio.run(run())


def test_what_is_there_at_the_first_look_has_no_beginning(database_url: str) -> None:
    async def story(it: Scene) -> None:
        found = [template(), signature(review="rejected")]
        assert await it.of().see(found) == {TEMPLATE: None, SIGNATURE: None}

        it.clock.forward(days=1)

        assert await it.of().see(found) == {TEMPLATE: None, SIGNATURE: None}

    told(database_url, story)


def test_a_change_begins_when_it_is_seen_and_that_stays(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.of().see([template(), signature()])
        it.clock.forward(days=1)
        first = it.clock()
        changed = [template(review="rejected"), signature()]
        assert await it.of().see(changed) == {TEMPLATE: first, SIGNATURE: None}

        it.clock.forward(days=1)
        assert await it.of().see(changed) == {TEMPLATE: first, SIGNATURE: None}
        assert await it.of().see([template(), signature()]) == {TEMPLATE: it.clock(), SIGNATURE: None}

    told(database_url, story)


def test_what_comes_later_has_a_beginning(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.of().see([template()])
        it.clock.forward(days=1)

        assert await it.of().see([template(), template(2)]) == {TEMPLATE: None, ("template", 2): it.clock()}

    told(database_url, story)


def test_what_vanishes_is_forgotten_and_new_when_it_is_back(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.of().see([template(), template(2)])
        it.clock.forward(days=1)
        assert await it.of().see([template()]) == {TEMPLATE: None}
        assert await it.rows() == [("prod", "template", 1, "reviewing")]

        it.clock.forward(days=1)

        assert (await it.of().see([template(), template(2)]))["template", 2] == it.clock()
        assert await it.of().see([]) == {}
        assert await it.rows() == []

    told(database_url, story)


def test_a_template_and_a_signature_of_the_same_id_are_two(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.of().see([template(), signature()])
        it.clock.forward(days=1)

        found = await it.of().see([template(), signature(review="usable")])

        assert found == {TEMPLATE: None, SIGNATURE: it.clock()}
        assert await it.rows() == [("prod", "signature", 1, "usable"), ("prod", "template", 1, "reviewing")]

    told(database_url, story)


def test_accounts_are_seen_each_by_itself(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.of("prod").see([template()])
        it.clock.forward(days=1)

        assert await it.of("qa").see([template(review="rejected")]) == {TEMPLATE: None}
        assert await it.of("qa").see([]) == {}
        assert await it.rows() == [("prod", "template", 1, "reviewing")]

    told(database_url, story)


def test_ids_as_long_as_the_api_has_them_are_kept(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.of().see([template(2**53)])
        it.clock.forward(days=1)

        assert await it.of().see([template(2**53)]) == {("template", 2**53): None}

    told(database_url, story)


def test_replicas_that_see_a_change_at_the_same_moment_agree_on_it(database_url: str) -> None:
    async def story(it: Scene) -> None:
        async with open_database(database_url) as database:
            other = SeenReviews("prod", database, Clock(NOON))
            await it.of().see([template(), signature()])
            it.clock.forward(hours=1)
            changed = [template(review="rejected"), signature()]

            found = await asyncio.gather(
                *(one.see(changed) for one in (it.of(), other, it.of(), other)), it.of().see(changed)
            )

        assert len({tuple(sorted(seen.items())) for seen in found}) == 1
        assert len(await it.rows()) == 2

    told(database_url, story)


def test_a_database_that_is_away_is_told(database_url: str) -> None:
    async def story(it: Scene) -> None:
        async with it.database.writing() as connection:
            await connection.execute(text("ALTER TABLE review RENAME TO review_gone"))

        with pytest.raises(StoreAway):
            await it.of().see([template()])

    told(database_url, story)
