"""How a channel's digest stands: its plan, the last one and the next, and what can be done about it."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.language import Language
from bot.sms.command import Command
from bot.sms.desk import Desk
from bot.sms.notes import notes
from bot.sms.plans import Fate, Kept, Plan, Standing
from bot.sms.report import Action, Cell, Code, Facts, Paragraph, Report, Say, say
from bot.sms.timetable import DEFAULT
from bot.sms.wallclock import days_said

LANGUAGES: Mapping[Language, Say] = {"zh": say("plan.language_zh"), "en": say("plan.language_en")}
FATES: Mapping[Fate, str] = {
    "claimed": "plan.last_claimed",
    "sent": "plan.last_sent",
    "failed": "plan.last_failed",
    "unknown": "plan.last_unknown",
}
DEFAULT_WORDS = f"{DEFAULT:%H:%M} Asia/Shanghai"


async def told(title: str, channel: str, command: Command, desk: Desk) -> Report:
    """How a channel's digest stands; `openly` when that has just been changed, and here."""
    here = channel == command.asker.channel
    where = "" if here else f" {channel}"
    standing = await desk.digests.standing(channel)
    plan = standing.plan
    if plan is None:
        lines = (Paragraph(say("plan.none")),)
        return Report(say(title), lines, notes_of(desk), (switched_on(DEFAULT_WORDS, where), seen_now()))
    channels = () if here else ((say("plan.channel"), Code(channel)),)
    return Report(
        say(title),
        (Facts((*channels, *facts(plan, standing))),),
        notes_of(desk),
        buttons(plan, standing, where),
        openly=here and title != "plan.title",
    )


def facts(plan: Plan, standing: Standing) -> list[tuple[Say, Cell]]:
    """Its moments are told in its own zone, which stands beside the time of day."""
    accounts = ", ".join(plan.accounts) if plan.accounts else say("plan.all_accounts")
    language = LANGUAGES[plan.language] if plan.language else say("plan.language_default")
    rows: list[tuple[Say, Cell]] = [
        (say("plan.state"), state(plan, standing)),
        (say("plan.when"), timetable(plan)),
        (say("plan.next"), moment(standing.next, plan.zone) if standing.next else say("plan.never")),
        (say("plan.last"), last(standing.last, plan.zone)),
        (say("plan.accounts"), accounts),
        (say("plan.language"), language),
        (say("plan.set_by"), plan.person or say("plan.by_settings")),
    ]
    return rows if plan.on else [rows[0], rows[3], rows[6]]


def timetable(plan: Plan) -> Say:
    return say("plan.timetable", days=days_said(plan.days), at=f"{plan.at:%H:%M}", zone=plan.zone.key)


def moment(at: datetime, zone: ZoneInfo) -> Say:
    local = at.astimezone(zone)
    return say("plan.moment", day=local.date(), at=f"{local:%H:%M}")


def state(plan: Plan, standing: Standing) -> Say:
    if not plan.on:
        return say("plan.off")
    if standing.paused and standing.pause:
        return say("plan.paused", until=moment(standing.pause.until, plan.zone))
    return say("plan.on")


def last(kept: Kept | None, zone: ZoneInfo) -> Cell:
    if kept is None:
        return say("plan.none_yet")
    at = moment(kept.settled, zone) if kept.settled else None
    return say(FATES[kept.fate], day=kept.day, at=at, reason=Code(kept.reason or "?"))


def buttons(plan: Plan, standing: Standing, where: str) -> tuple[Action, ...]:
    """`where` names the channel, if it is another one."""
    if not plan.on:
        return (switched_on(f"{plan.at:%H:%M} {plan.zone.key}", where), seen_now())
    if standing.paused:
        return (Action(say("plan.resume"), f"digest resume{where}"), seen_now())
    snooze = Action(say("digest.snooze"), f"digest snooze 3d{where}")
    return (seen_now(), snooze, Action(say("plan.switch_off"), f"digest off{where}"))


def switched_on(words: str, where: str = "") -> Action:
    return Action(say("plan.switch_on", words=words), f"digest on {words}{where}")


def seen_now() -> Action:
    return Action(say("plan.show"), "digest now")


def notes_of(desk: Desk) -> tuple[Cell, ...]:
    account = next(iter(desk.accounts.values()), None)
    return notes(account, say("plan.how")) if account else (say("plan.how"),)
