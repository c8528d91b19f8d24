"""People in Slack: whether they belong to us, which language they read, which user groups they are in."""

import asyncio
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.language import Language
from bot.slack.wire.client import Accepted, Refused, call
from bot.slack.wire.clock import Clock
from bot.slack.wire.kept import Away, Kept

LOG = structlog.get_logger("smsbot.slack")

# Slack's own bot: users.info does not call it one.
SLACKBOT = "USLACKBOT"
# API: users.info. Whoever is one of these is not a member.
NO_MEMBER = ("deleted", "is_bot", "is_restricted", "is_stranger", "is_ultra_restricted")


@dataclass(frozen=True, slots=True)
class Home:
    """Where we belong, as auth.test says: a workspace, and the enterprise that it is part of, if any."""

    team: str
    enterprise: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """`guest`: nobody of ours, or nobody knows. `known`: Slack has told who it is.

    `groups` are those of the user groups that settings name which the person is in.
    """

    id: str
    guest: bool
    language: Language | None = None
    groups: frozenset[str] = frozenset()
    known: bool = True


class People:
    """Asks Slack who somebody is, at most every ten minutes; for an hour it can do without.

    `groups` are ids that settings name; those of user groups begin with S.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        home: Home,
        groups: Iterable[str] = (),
        clock: Clock = Clock(),  # noqa: B008 - a frozen value
    ) -> None:
        self._client = client
        self._home = home
        self._groups = frozenset(it for it in groups if it.startswith("S"))
        self._known = Kept(self._ask_person, clock.seconds)
        self._members = Kept(self._ask_members, clock.seconds)
        self._channels = Kept(self._ask_channels, clock.seconds)

    async def who(self, person: str, team: str = "") -> Person:
        """Who it is. `team` is where a payload says that they come from.

        Whom Slack doesn't tell of is a guest, and in no group.
        """
        try:
            found = await self._known.get(person)
        except Away:
            return Person(person, guest=True, known=False)
        if found.guest or elsewhere(self._home, team):
            return Person(person, guest=True, language=found.language, known=found.known)
        return Person(person, guest=False, language=found.language, groups=await self._groups_of(person))

    async def channels(self, person: str) -> AbstractSet[str]:
        """The ids of the channels that somebody is in, as far as we may know: the first thousand."""
        try:
            return await self._channels.get(person)
        except Away:
            return frozenset()

    async def close(self) -> None:
        for kept in (self._known, self._members, self._channels):
            await kept.close()

    async def _groups_of(self, person: str) -> frozenset[str]:
        groups = sorted(self._groups)
        members = await asyncio.gather(*(self._members_of(it) for it in groups))
        return frozenset(group for group, those in zip(groups, members, strict=True) if person in those)

    async def _members_of(self, group: str) -> AbstractSet[str]:
        try:
            return await self._members.get(group)
        except Away:
            return frozenset()

    async def _ask_person(self, person: str) -> Person:
        arguments = {"user": person, "include_locale": True}
        return read_person(person, await self._ask("users.info", arguments), self._home)

    async def _ask_members(self, group: str) -> AbstractSet[str]:
        answer = await self._ask("usergroups.users.list", {"usergroup": group})
        return frozenset(map(str, answer.get("users") or ()))

    async def _ask_channels(self, person: str) -> AbstractSet[str]:
        arguments = {"user": person, "limit": 1000, "types": "public_channel,private_channel"}
        answer = await self._ask("users.conversations", arguments)
        return frozenset(str(it.get("id")) for it in answer.get("channels") or ())

    async def _ask(self, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer; an empty one where Slack says no.

        Raises:
            Away: when Slack can't tell for now.
        """
        match await call(self._client, method, arguments):
            case Accepted(answer=answer):
                return answer
            case Refused(retry_after=None, code=code):
                LOG.warning("not_told", method=method, code=code)
                return {}
            case failure:
                LOG.warning("not_told", method=method, outcome=failure)
                raise Away


def read_person(name: str, answer: Mapping[str, Any], home: Home) -> Person:
    """API: users.info."""
    user = answer.get("user")
    if not isinstance(user, Mapping):
        return Person(name, guest=True, known=False)
    guest = name == SLACKBOT or any(user.get(it) for it in NO_MEMBER) or from_elsewhere(home, user)
    return Person(name, guest, language_of(str(user.get("locale") or "")))


def from_elsewhere(home: Home, user: Mapping[str, Any]) -> bool:
    """Whether somebody belongs to another workspace that is not of our enterprise."""
    enterprise = (user.get("enterprise_user") or {}).get("enterprise_id") or user.get("enterprise_id")
    if home.enterprise and enterprise == home.enterprise:
        return False
    return bool(user.get("team_id") != home.team)


def elsewhere(home: Home, team: str) -> bool:
    """Whether a payload tells of another workspace. In an enterprise it may be one of ours."""
    return bool(team) and not home.enterprise and team != home.team


def language_of(locale: str) -> Language | None:
    """API: locale, as zh-CN or en-GB."""
    if not locale:
        return None
    return "zh" if locale.lower().startswith("zh") else "en"
