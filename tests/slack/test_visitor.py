"""Somebody who wants something of us: who it is, and how much they may ask."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import BotError
from bot.guard.access import Access
from bot.guard.policy import SendPolicy
from bot.guard.rates import RateLimits, Rates
from bot.slack.incoming import Origin
from bot.slack.visitor import Lobby, Visitor
from bot.slack.wire.people import Home, People
from bot.sms.command import Asker
from tests.slack.api import Api, answered, client_of, refused

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
ALICE: Mapping[str, Any] = {"id": "U1", "team_id": "T1", "locale": "zh-CN"}
ACCESS = Access((), frozenset({"U1"}), frozenset(), SendPolicy())


def met(api: Api, origin: Origin) -> Visitor:
    async def scene() -> Visitor:
        async with client_of(api) as client:
            people = People(client, Home("T1"), (), api.hands.clock())
            try:
                return await Lobby(people, ACCESS, Rates(RateLimits()), "en").meet(origin)
            finally:
                await people.close()

    return asyncio.run(scene())


def test_an_admin_is_one_in_every_channel() -> None:
    api = Api()
    api.standing["users.info"] = answered(user=ALICE)

    visitor = met(api, Origin("T1", "U1", "C1"))

    assert visitor.asker == Asker("U1", "C1", admin=True)
    assert (visitor.language, visitor.known) == ("zh", True)


@pytest.mark.parametrize("spoilt", [{"is_restricted": True}, {"is_bot": True}, {"deleted": True}])
def test_an_admin_who_is_no_member_any_more_is_none(spoilt: Mapping[str, Any]) -> None:
    api = Api()
    api.standing["users.info"] = answered(user={**ALICE, **spoilt})

    asker = met(api, Origin("T1", "U1", "C1")).asker

    assert (asker.guest, asker.admin) == (True, False)


def test_somebody_of_another_workspace_is_a_guest_whatever_their_id() -> None:
    api = Api()
    api.standing["users.info"] = answered(user=ALICE)

    asker = met(api, Origin("T2", "U1", "C1")).asker

    assert (asker.guest, asker.admin) == (True, False)


def test_whom_slack_does_not_tell_of_is_a_guest_who_learns_why() -> None:
    api = Api()
    api.standing["users.info"] = refused("missing_scope")

    visitor = met(api, Origin("T1", "U1", "C1"))

    assert (visitor.asker.guest, visitor.known, visitor.language) == (True, False, "en")


def test_the_language_is_that_of_the_words_where_they_tell_one() -> None:
    english = Visitor(Asker("U1", "C1"), Origin("T1", "U1", "C1"), "en")
    chinese = Visitor(Asker("U1", "C1"), Origin("T1", "U1", "C1"), "zh")

    assert (english.speaking("余量"), english.speaking("balance")) == ("zh", "en")
    assert (chinese.speaking("余量"), chinese.speaking("balance")) == ("zh", "zh")


def test_home_and_forms_of_many_people_have_no_limit_in_common() -> None:
    rates = Rates(RateLimits(person_minute=3, channel_minute=3))

    for number in range(50):
        rates.check(f"U{number}", "", NOON)

    for _ in range(2):
        rates.check("U0", "", NOON)
    with pytest.raises(BotError, match="person_minute"):
        rates.check("U0", "", NOON)
