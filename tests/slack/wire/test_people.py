"""Who somebody is, as far as Slack tells."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import pytest

from bot.slack.wire.people import Home, People, Person
from tests.slack.api import Api, Step, answered, body, client_of, dropped, held, limited, refused

Value = TypeVar("Value")

HOME = Home("T1")
ALICE: Mapping[str, Any] = {"id": "U1", "team_id": "T1", "locale": "zh-CN", "is_bot": False}
AWAY = body("", status=500)


def asking(
    api: Api, act: Callable[[People], Awaitable[Value]], home: Home = HOME, groups: tuple[str, ...] = ()
) -> Value:
    async def run() -> Value:
        async with client_of(api) as client:
            people = People(client, home, groups, api.hands.clock())
            try:
                return await act(people)
            finally:
                await people.close()

    return asyncio.run(run())


def slack_with(user: Mapping[str, Any] = ALICE, **members: list[str]) -> Api:
    api = Api()
    api.standing["users.info"] = answered(user=user)
    for group in sorted(members):
        api.plan("usergroups.users.list", answered(users=members[group]))
    return api


def test_a_member_is_known_with_language_and_groups() -> None:
    api = slack_with(S1=["U1", "U2"], S2=["U2"])

    person = asking(api, lambda people: people.who("U1", "T1"), groups=("S1", "S2", "U9"))

    assert person == Person("U1", guest=False, language="zh", groups=frozenset({"S1"}))
    assert [it["usergroup"] for it in api.of("usergroups.users.list")] == ["S1", "S2"]


@pytest.mark.parametrize(
    "user",
    [
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_bot": True},
        {"is_stranger": True},
        {"deleted": True},
        {"team_id": "T2"},
        {"team_id": None},
        {"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}},
    ],
)
def test_who_is_no_member_of_ours_is_a_guest_and_in_no_group(user: Mapping[str, Any]) -> None:
    api = slack_with({**ALICE, **user}, S1=["U1"])

    person = asking(api, lambda people: people.who("U1", "T1"), groups=("S1",))

    assert person == Person("U1", guest=True, language="zh")


def test_slacks_own_bot_is_a_guest() -> None:
    assert asking(slack_with(), lambda people: people.who("USLACKBOT", "T1")).guest


def test_who_comes_from_another_workspace_is_a_guest_whatever_slack_knows_of_them() -> None:
    assert asking(slack_with(), lambda people: people.who("U1", "T2")).guest


def test_all_workspaces_of_our_enterprise_are_ours() -> None:
    user = {**ALICE, "team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}

    ours = asking(slack_with(user), lambda people: people.who("U1", "T2"), Home("T1", "E1"))
    theirs = asking(slack_with(user), lambda people: people.who("U1", "T2"), Home("T1", "E2"))

    assert (ours.guest, theirs.guest) == (False, True)


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-CN", "zh"), ("zh-TW", "zh"), ("en-GB", "en"), ("ja-JP", "en"), (None, None)]
)
def test_the_locale_tells_the_language(locale: str | None, language: str | None) -> None:
    person = asking(slack_with({**ALICE, "locale": locale}), lambda people: people.who("U1"))

    assert person.language == language


@pytest.mark.parametrize("fault", [AWAY, dropped, limited("60"), refused("internal_error")])
def test_while_slack_is_away_who_is_not_known_is_a_guest_until_it_is_back(fault: Step) -> None:
    async def act(people: People) -> list[Person]:
        away = await people.who("U1")
        api.standing["users.info"] = answered(user=ALICE)
        return [away, await people.who("U1")]

    api = Api()
    api.standing["users.info"] = fault

    away, back = asking(api, act)

    assert away == Person("U1", guest=True, known=False)
    assert not back.guest


def test_whom_slack_does_not_know_is_a_guest() -> None:
    api = Api()
    api.standing["users.info"] = refused("user_not_found")

    assert asking(api, lambda people: people.who("U1")) == Person("U1", guest=True, known=False)


def test_slack_is_asked_once_in_ten_minutes_however_many_ask() -> None:
    async def act(people: People) -> None:
        await asyncio.gather(*(people.who("U1") for _ in range(50)))
        api.hands.at += 599
        await people.who("U1")
        assert len(api.calls) == 2
        api.hands.at += 1
        await people.who("U1")
        assert len(api.calls) == 4

    api = slack_with()
    api.standing["usergroups.users.list"] = answered(users=["U1"])

    asking(api, act, groups=("S1",))


def test_what_was_known_holds_for_an_hour_while_slack_is_away_and_no_longer() -> None:
    async def act(people: People) -> list[Person]:
        seen = [await people.who("U1")]
        api.standing |= {"users.info": AWAY, "usergroups.users.list": AWAY}
        for seconds in (3_500, 101):
            api.hands.at += seconds
            # The client's own pauses don't count here.
            before = api.hands.at
            seen.append(await people.who("U1"))
            api.hands.at = before
        return seen

    api = slack_with()
    api.standing["usergroups.users.list"] = answered(users=["U1"])

    first, soon, late = asking(api, act, groups=("S1",))

    assert first == soon
    assert first.groups == {"S1"}
    assert late == Person("U1", guest=True, known=False)


def test_a_refusal_takes_the_place_of_what_was_known() -> None:
    async def act(people: People) -> list[bool]:
        before = await people.who("U1")
        api.standing["users.info"] = refused("user_not_found")
        api.hands.at += 600
        return [before.guest, (await people.who("U1")).guest]

    api = slack_with()

    assert asking(api, act) == [False, True]


@pytest.mark.parametrize("fault", [AWAY, refused("missing_scope")])
def test_a_group_that_can_not_be_read_gives_nobody_any_rights(fault: Step) -> None:
    api = slack_with()
    api.standing["usergroups.users.list"] = fault

    person = asking(api, lambda people: people.who("U1"), groups=("S1",))

    assert person == Person("U1", guest=False, language="zh")


def test_one_who_stops_waiting_does_not_stop_the_others() -> None:
    async def act(people: People) -> Person:
        impatient = asyncio.create_task(people.who("U1"))
        patient = asyncio.create_task(people.who("U1"))
        await api.heard(1)
        impatient.cancel()
        release.set()
        return await patient

    api, release = Api(), asyncio.Event()
    api.plan("users.info", held(release, answered(user=ALICE)))

    assert not asking(api, act).guest
    assert len(api.calls) == 1
