"""The newest rows of the audit, for admins."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.sms.command import Command
from bot.sms.desk import Desk
from bot.sms.notes import notes
from bot.sms.report import Cell, Paragraph, Report, Say, Table, say
from bot.sms.sending import Record

USUAL, MOST = 10, 50
# The id of a send: its beginning tells it from others.
ID = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24,}\b")
ACTIONS: Mapping[str, Say] = {
    "draft": say("audit.draft"),
    "confirm": say("audit.confirm"),
    "cancel": say("audit.cancel"),
    "outcome": say("audit.outcome"),
    "freeze": say("audit.freeze"),
    "thaw": say("audit.thaw"),
    "digest_on": say("audit.digest_on"),
    "digest_off": say("audit.digest_off"),
    "digest_snoozed": say("audit.digest_snoozed"),
    "digest_resumed": say("audit.digest_resumed"),
    "alert_snoozed": say("audit.alert_snoozed"),
    "alert_resumed": say("audit.alert_resumed"),
}


async def audit(command: Command, desk: Desk) -> Report:
    """`audit [count]`, the newest first."""
    said = command.text.strip()
    most = min(max(int(said), 1), MOST) if said.isdecimal() else USUAL
    rows = await desk.sender.records(command.asker, most)
    account, _ = desk.account(replace(command, text=""))
    if not rows:
        return Report(say("audit.title"), (Paragraph(say("audit.empty")),), notes(account))
    columns = ("audit.number", "audit.at", "audit.person", "audit.action", "audit.details")
    cells = tuple((row.number, row.at, row.person, action(row), in_short(row.details)) for row in rows)
    table = Table(tuple(map(say, columns)), cells)
    return Report(say("audit.title"), (table,), notes(account, say("audit.verify_how")))


def action(row: Record) -> Cell:
    return ACTIONS.get(row.action, row.action)


def in_short(details: str) -> str:
    return ID.sub(r"\1…", details)
