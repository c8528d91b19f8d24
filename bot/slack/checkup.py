"""The self-check of the Slack side: the tokens, what they may do, the clock, and whom the settings name."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from bot.secret import Secret
from bot.slack.manifest import scopes
from bot.slack.wire.client import Accepted, Failure, Refused, Way, call, slack_client, slack_session
from bot.sms.doctor import Finding
from bot.sms.report import Code, Say, say

# Without these an answer is as good, only less comfortable to wait for.
DISPENSABLE = frozenset({"assistant:write"})
# What is lost without an optional scope, where anything is told without being asked.
LOSSES: Mapping[str, tuple[str, ...]] = {
    "doctor.slack_no_history": ("channels:history", "groups:history"),
    "doctor.slack_no_files": ("files:write",),
}
# A Date header counts whole seconds, and the way takes some.
RESOLUTION = timedelta(seconds=5)
# Slack signs with its time, and we refuse what is older: in HTTP mode nothing would come in any more.
TOLERATED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Named:
    """What the settings name, by Slack's id: `channels` each with the key under which it stands there.

    `reports`: digests or alerts are among it.
    """

    channels: Mapping[str, str]
    groups: AbstractSet[str]
    people: AbstractSet[str]
    reports: bool = False


@dataclass(frozen=True, slots=True)
class SlackSide:
    """What is looked at. Over sockets with `app_token`, else over HTTP. `now` gives aware datetimes."""

    way: Way
    bot_token: Secret
    app_token: Secret | None
    named: Named
    now: Callable[[], datetime] = field(repr=False)

    async def findings(self) -> AsyncIterator[Finding]:
        """Only reads, and never raises."""
        async with slack_session(trust=self.way.trust) as session:
            client = slack_client(self.bot_token, self.way.api_url, session, proxy=self.way.proxy)
            match await call(client, "auth.test", {}):
                case Accepted(answer=answer, headers=headers):
                    yield Finding(
                        "ok", say("doctor.slack", team=told(answer, "team"), user=told(answer, "user"))
                    )
                case failure:
                    yield token_finding(failure)
                    return
            for finding in (
                *scope_findings(headers, reports=self.named.reports),
                *self._clock_findings(headers),
            ):
                yield finding
            if self.app_token is None:
                yield Finding("ok", say("doctor.slack_http"))
            else:
                opener = slack_client(self.app_token, self.way.api_url, session, proxy=self.way.proxy)
                yield socket_finding(await call(opener, "apps.connections.open", {}))
            for key, channel in self.named.channels.items():
                found = await call(client, "conversations.info", {"channel": channel})
                yield channel_finding(key, channel, found)
            for group in sorted(self.named.groups):
                yield group_finding(group, await call(client, "usergroups.users.list", {"usergroup": group}))
            for person in sorted(self.named.people):
                yield person_finding(person, await call(client, "users.info", {"user": person}))

    def _clock_findings(self, headers: Mapping[str, str]) -> Iterator[Finding]:
        ahead = measured(headers, self.now())
        if ahead is None or abs(ahead) <= RESOLUTION:
            return
        what = say("doctor.slack_clock", seconds=round(ahead.total_seconds()))
        deaf = self.app_token is None and abs(ahead) > TOLERATED
        yield Finding("wrong" if deaf else "warning", what, say("doctor.fix_clock"))


def nowhere() -> Finding:
    """Nothing to look at: no token is set."""
    return Finding("ok", say("doctor.slack_off"), say("doctor.fix_slack_off"))


def token_finding(failure: Failure) -> Finding:
    if isinstance(failure, Refused) and failure.retry_after is None:
        return Finding("wrong", say("serve.token_refused", code=Code(failure.code)))
    return Finding("wrong", say("serve.slack_away", reason=reason_of(failure)))


def scope_findings(headers: Mapping[str, str], *, reports: bool) -> Iterator[Finding]:
    """API: the header x-oauth-scopes. A server that does not tell is not asked again.

    The optional ones matter where there are `reports`, digests or alerts.
    """
    granted = {it.strip() for it in headers.get("x-oauth-scopes", "").split(",")} - {""}
    if not granted:
        return
    if missing := [it for it in scopes() if it not in granted]:
        what = say("doctor.slack_scopes_missing", scopes=", ".join(missing))
        fine = DISPENSABLE.issuperset(missing)
        yield Finding("warning" if fine else "wrong", what, say("doctor.fix_slack_scopes"))
    else:
        yield Finding("ok", say("doctor.slack_scopes"))
    for loss, needed in LOSSES.items():
        lacking = [it for it in needed if it not in granted]
        if reports and lacking:
            yield Finding("warning", say(loss, scopes=", ".join(lacking)), say("doctor.fix_slack_scopes"))


def measured(headers: Mapping[str, str], at: datetime) -> timedelta | None:
    """How far our clock is ahead of Slack's, by the Date header; None when that can't be read."""
    try:
        theirs = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, OverflowError):
        return None
    return None if theirs.tzinfo is None else at - theirs


def socket_finding(outcome: Accepted | Failure) -> Finding:
    match outcome:
        case Accepted():
            return Finding("ok", say("doctor.slack_socket"))
        case Refused(code=code, retry_after=None):
            return Finding("wrong", say("serve.app_token", reason=Code(code)), say("doctor.fix_slack_socket"))
        case failure:
            return unknown(say("doctor.socket"), failure)


def channel_finding(key: str, channel: str, outcome: Accepted | Failure) -> Finding:
    where = {"key": key, "channel": channel}
    match outcome:
        case Accepted(answer={"channel": {"is_archived": True}}):
            return Finding("wrong", say("doctor.channel_archived", **where), say("doctor.fix_channel"))
        case Accepted(answer={"channel": {"is_member": False}}):
            return Finding("wrong", say("doctor.channel_not_in", **where), say("doctor.fix_channel_not_in"))
        case Accepted():
            return Finding("ok", say("doctor.channel", **where))
        case Refused(code="channel_not_found"):
            return Finding("wrong", say("doctor.channel_unseen", **where), say("doctor.fix_channel_unseen"))
        case failure:
            return unknown(say("doctor.channel_of", **where), failure)


def group_finding(group: str, outcome: Accepted | Failure) -> Finding:
    match outcome:
        case Accepted(answer=answer):
            count = len(answer.get("users") or ())
            if not count:
                return Finding("warning", say("doctor.group_empty", group=group), say("doctor.fix_group"))
            return Finding("ok", say("doctor.group", group=group, count=count))
        case Refused(code="no_such_subteam"):
            return Finding("wrong", say("doctor.group_unknown", group=group), say("doctor.fix_group"))
        case failure:
            return unknown(say("doctor.group_of", group=group), failure)


def person_finding(person: str, outcome: Accepted | Failure) -> Finding:
    match outcome:
        case Accepted(answer={"user": {"deleted": True}}) | Refused(code="user_not_found"):
            return Finding("wrong", say("doctor.person_gone", person=person), say("doctor.fix_person"))
        case Accepted():
            return Finding("ok", say("doctor.person", person=person))
        case failure:
            return unknown(say("doctor.person_of", person=person), failure)


def unknown(what: Say, failure: Failure) -> Finding:
    """Slack has not told: that may be a right that is missing, or the way to it."""
    cause = say("doctor.slack_said", reason=reason_of(failure))
    return Finding("warning", say("doctor.not_checked", what=what, error=cause))


def reason_of(failure: Failure) -> Code:
    return Code(failure.code if isinstance(failure, Refused) else failure.reason)


def told(answer: Mapping[str, Any], name: str) -> str:
    return str(answer.get(name) or "")
