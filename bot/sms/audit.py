"""The newest rows of the audit, for admins."""

from bot.sms.command import Command
from bot.sms.desk import Desk
from bot.sms.report import Paragraph, Report, Table, say

USUAL, MOST = 10, 50


async def audit(command: Command, desk: Desk) -> Report:
    """`audit [count]`, the newest first."""
    said = command.text.strip()
    most = min(int(said), MOST) if said.isdecimal() else USUAL
    rows = await desk.sender.records(command.asker, most)
    if not rows:
        return Report(say("audit.title"), (Paragraph(say("audit.empty")),))
    columns = ("audit.number", "audit.at", "audit.person", "audit.action", "audit.details")
    cells = tuple((row.number, row.at, row.person, row.action, row.details) for row in rows)
    return Report(
        say("audit.title"), (Table(tuple(map(say, columns)), cells),), notes=(say("audit.verify_how"),)
    )
