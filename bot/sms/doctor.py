"""The self-check: what was looked at, how it is, and how to mend what is wrong."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, assert_never

from bot.errors import BotError, Mistake
from bot.sms.cloud import Cloud, CloudError, Refused, Signature, Template
from bot.sms.desk import Account
from bot.sms.plans import Standing
from bot.sms.report import Cell, Code, Explained, Listing, Report, Say, say
from bot.sms.sending import AllowedTemplate, Options

Verdict = Literal["ok", "warning", "wrong"]

# What an account is asked, none of which changes anything, and the names of what it is asked for.
RIGHTS = {
    "doctor.packages": "SmsPackagesStatistics",
    "doctor.signatures": "DescribeSmsSignList",
    "doctor.templates": "DescribeSmsTemplateList",
    "doctor.statistics": "SendStatusStatistics",
}
# API: of these codes, the rights of the key are the cause.
NO_RIGHT = frozenset(
    {
        "AuthFailure.UnauthorizedOperation",
        "UnauthorizedOperation",
        "UnauthorizedOperation.RequestPermissionDeny",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `codes` are explained below all of them."""

    verdict: Verdict
    what: Say
    fix: Say | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkup:
    """Something beyond the accounts that can be looked at; a BotError of `run` is a finding too."""

    name: str
    run: Callable[[], Awaitable[Finding]]


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at. `accounts` by name, the default first; `sending` is None while test sends are off.

    `mistakes` are those of the settings: with any, there may be nothing else to look at. `odd_keys` are the
    accounts whose keys do not look like keys of the cloud. `further` looks at what is beyond, and never raises.
    """

    accounts: Mapping[str, Account]
    mistakes: Sequence[Mistake] = ()
    odd_keys: AbstractSet[str] = frozenset()
    sending: Options | None = None
    checkups: Sequence[Checkup] = ()
    further: Callable[[], AsyncIterator[Finding]] | None = None


async def examine(patient: Patient, at: datetime) -> tuple[Finding, ...]:
    """Everything about `patient`, in the order in which one would mend it. Only reads, and never raises."""
    findings = list(settings_findings(patient))
    well: set[str] = set()
    for account in patient.accounts.values():
        found = [it async for it in account_findings(account, at)]
        findings += found
        if all(it.verdict == "ok" for it in found):
            well.add(account.name)
    if not patient.mistakes:
        findings += [it async for it in sending_findings(patient, well)]
    findings += [await checked(it) for it in patient.checkups]
    if patient.further:
        findings += [it async for it in patient.further()]
    return tuple(findings)


def report(findings: Sequence[Finding], *, sample: bool = False) -> Report:
    """The findings for people; `sample` when the accounts are not real."""
    count = {verdict: sum(it.verdict == verdict for it in findings) for verdict in ("wrong", "warning")}
    codes = tuple(dict.fromkeys(code for it in findings for code in it.codes))
    return Report(
        title=say("doctor.title", **count) if any(count.values()) else say("doctor.title_fine"),
        parts=(Listing(tuple(map(row, findings))), *([Explained(codes)] if codes else [])),
        notes=(say("doctor.sample"),) if sample else (),
    )


def something_wrong(findings: Sequence[Finding]) -> bool:
    return any(it.verdict == "wrong" for it in findings)


def row(finding: Finding) -> Say:
    what = finding.what if finding.fix is None else say("doctor.mend", what=finding.what, fix=finding.fix)
    match finding.verdict:
        case "ok":
            return say("doctor.ok", what=what)
        case "warning":
            return say("doctor.warning", what=what)
        case "wrong":
            return say("doctor.wrong", what=what)


def settings_findings(patient: Patient) -> Iterator[Finding]:
    for it in patient.mistakes:
        mistake = Say(f"mistake.{it.kind}", dict(it.details))
        yield Finding("wrong", say("doctor.mistake", place=it.place, mistake=mistake))
    if not patient.mistakes:
        yield Finding("ok", say("doctor.settings"))
        if not patient.accounts:
            yield Finding("warning", say("doctor.no_account"), say("doctor.fix_no_account"))
    for name in sorted(patient.odd_keys):
        yield Finding("warning", say("doctor.odd_key", account=name), say("doctor.fix_odd_key"))


async def account_findings(account: Account, at: datetime) -> AsyncIterator[Finding]:
    """Whether everything that the verbs need can be read."""
    well = True
    for what, ask in questions(account.cloud, at).items():
        try:
            await ask()
        except CloudError as error:
            well = False
            yield cloud_finding(account.name, what, error)
            if not telling(error):
                # Every other question would end like this one.
                break
    if well:
        yield Finding("ok", say("doctor.readable", account=account.name))


def questions(cloud: Cloud, at: datetime) -> Mapping[str, Callable[[], Awaitable[object]]]:
    return {
        "doctor.packages": cloud.packages,
        "doctor.signatures": lambda: cloud.signatures(international=False),
        "doctor.templates": lambda: cloud.templates(international=False),
        "doctor.statistics": lambda: cloud.send_counts(at, at),
    }


def telling(error: CloudError) -> bool:
    """Whether the error is about this one question, and not about all that could be asked."""
    return isinstance(error, Refused) and (
        error.code in NO_RIGHT or not error.code.startswith("AuthFailure.")
    )


def cloud_finding(account: str, what: str, error: CloudError) -> Finding:
    if not isinstance(error, Refused):
        cause = spoken(error)
        return Finding(
            "wrong", say("doctor.unreachable", account=account, error=cause), say("doctor.fix_unreachable")
        )
    code = (error.code,)
    if error.code == "AuthFailure.SignatureExpire" and error.skew is not None:
        late = say("doctor.clock", seconds=round(error.skew))
        return Finding("wrong", late, say("doctor.fix_clock"))
    refused = say(
        "doctor.refused", account=account, what=say(what), code=Code(error.code), request=error.request_id
    )
    return Finding("wrong", refused, fix_of(error.code, RIGHTS[what]), code)


def fix_of(code: str, action: str) -> Say:
    if code in NO_RIGHT:
        return say("doctor.fix_right", action=action)
    if "SdkAppId" in code:
        return say("doctor.fix_app")
    if code.startswith("AuthFailure."):
        return say("doctor.fix_key")
    return say("doctor.fix_code")


async def sending_findings(patient: Patient, well: AbstractSet[str]) -> AsyncIterator[Finding]:
    """Whether what is set up for test sends exists, and could be sent by the default account."""
    if patient.sending is None:
        yield Finding("ok", say("doctor.sending_off"))
        return
    counts = {"numbers": len(patient.sending.numbers), "templates": len(patient.sending.templates)}
    yield Finding("ok", say("doctor.sending_on", **counts))
    account = next(iter(patient.accounts.values()), None)
    if account is None or account.name not in well:
        yield Finding("warning", say("doctor.sending_unknown"))
        return
    try:
        for finding in await template_findings(patient.sending, account.cloud):
            yield finding
        for finding in await number_findings(patient.sending, account.cloud):
            yield finding
    except CloudError as error:
        yield Finding("warning", say("doctor.not_checked", what=say("doctor.sending"), error=spoken(error)))


async def template_findings(sending: Options, cloud: Cloud) -> list[Finding]:
    templates = {it.id: it for abroad in (True, False) for it in await cloud.templates(international=abroad)}
    signatures: dict[str, Signature] = {}
    # Newest first, and of several with one text a usable one serves.
    for abroad in (False, True):
        for it in await cloud.signatures(international=abroad):
            if it.text not in signatures or it.review == "usable":
                signatures[it.text] = it
    return [
        finding
        for allowed in sending.templates
        for finding in (
            *template_finding(allowed, templates.get(allowed.id)),
            *signature_finding(allowed, templates.get(allowed.id), signatures),
        )
    ]


def template_finding(allowed: AllowedTemplate, template: Template | None) -> Iterator[Finding]:
    if template is None:
        yield Finding("wrong", say("doctor.no_template", id=str(allowed.id)), say("doctor.fix_template"))
    elif template.review != "usable":
        what = say("doctor.template_review", id=str(allowed.id), review=review_of(template))
        yield Finding("wrong", what, say("doctor.fix_review"))


def signature_finding(
    allowed: AllowedTemplate, template: Template | None, signatures: Mapping[str, Signature]
) -> Iterator[Finding]:
    if not allowed.signature:
        if template and (template.everywhere or not template.international):
            what = say("doctor.signature_needed", id=str(allowed.id))
            yield Finding("wrong", what, say("doctor.fix_signature"))
    elif (signature := signatures.get(allowed.signature)) is None:
        what = say("doctor.no_signature", signature=allowed.signature)
        yield Finding("wrong", what, say("doctor.fix_signature"))
    elif signature.review != "usable":
        what = say("doctor.signature_review", signature=allowed.signature, review=review_of(signature))
        yield Finding("wrong", what, say("doctor.fix_review"))


def review_of(reviewed: Template | Signature) -> Say:
    match reviewed.review:
        case "usable":
            return say("doctor.usable")
        case "reviewing":
            return say("doctor.reviewing")
        case "not_in_force":
            return say("doctor.not_in_force")
        case "rejected":
            return say("doctor.rejected", reason=reviewed.reason)
        case "unknown":
            return say("doctor.unknown_state")
        case _:
            assert_never(reviewed.review)


async def number_findings(sending: Options, cloud: Cloud) -> list[Finding]:
    """The numbers that the API itself can't read."""
    asked = [it.number.e164 for it in sending.numbers]
    read = {it.number: it.code for it in await cloud.number_info(asked)} if asked else {}
    return [
        Finding("wrong", say("doctor.bad_number", name=it.name, number=it.number), say("doctor.fix_number"))
        for it in sending.numbers
        if read.get(it.number.e164, "Ok") != "Ok"
    ]


async def checked(checkup: Checkup) -> Finding:
    try:
        return await checkup.run()
    except BotError as error:
        return not_checked(checkup.name, error)


def not_checked(what: str, error: BotError) -> Finding:
    return Finding("wrong", say("doctor.not_checked", what=what, error=spoken(error)))


def spoken(error: BotError) -> Say:
    """An error as a part of a report; what is no cell of one is told as text."""
    cells: dict[str, Cell] = {
        name: value if isinstance(value, Say | str | int | float) else str(value)
        for name, value in error.details.items()
    }
    return Say(error.phrase, cells)


def database_finding(place: str) -> Finding:
    """The database, at `place` (with no password in it), could be written to."""
    return Finding("ok", say("doctor.database", place=place))


def knowledge_finding(answers: int, codes: int) -> Finding:
    return Finding("ok", say("doctor.knowledge", answers=answers, codes=codes))


def audit_finding(rows: int, broken: int | None) -> Finding:
    """The audit of so many `rows`; `broken` is the number of the first that does not hold."""
    if broken is None:
        return Finding("ok", say("doctor.audit", rows=rows))
    return Finding("wrong", say("doctor.audit_broken", row=broken), say("doctor.fix_audit"))


def clock_finding(ahead: timedelta) -> Finding:
    """Our clock, `ahead` of the API's. Reading goes on by the API's; a first send would be refused."""
    seconds = round(ahead.total_seconds())
    if not seconds:
        return Finding("ok", say("doctor.clock_right"))
    return Finding("wrong", say("doctor.clock", seconds=seconds), say("doctor.fix_clock"))


def digest_finding(standing: Standing) -> Finding | None:
    """A channel's digest: when it comes next, and how the last one went. None for one that is off."""
    plan, last = standing.plan, standing.last
    if plan is None or not plan.on:
        return None
    channel = Code(plan.channel)
    if last is None or last.fate in {"sent", "claimed"}:
        return Finding("ok", say("doctor.digest", channel=channel, next=standing.next))
    what = say("doctor.digest_missed", channel=channel, day=last.day, reason=Code(last.reason or "?"))
    return Finding("warning", what, say("doctor.fix_digest"))


def alerts_finding(channel: str, looked: Mapping[str, datetime | None]) -> Finding:
    """Where alerts are told, and the account that was looked at longest ago."""
    if not channel:
        return Finding("ok", say("doctor.alerts_off"))
    times = [it for it in looked.values() if it]
    if len(times) < len(looked) or not times:
        return Finding("ok", say("doctor.alerts_new", channel=Code(channel)))
    return Finding("ok", say("doctor.alerts", channel=Code(channel), looked=min(times)))


def frozen_finding(*, frozen: bool) -> Finding:
    if frozen:
        return Finding("warning", say("doctor.frozen"), say("doctor.fix_frozen"))
    return Finding("ok", say("doctor.not_frozen"))
