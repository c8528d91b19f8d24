"""The self-check: it finds what is wrong, and says how to mend it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import get_args

import pytest

from bot.errors import BotError, Mistake
from bot.language import LANGUAGES
from bot.phrases import Phrases
from bot.sms.cloud import CloudError, NoAnswer, NumberInfo, Packages, Refused, SendCounts, Signature, Template
from bot.sms.desk import Account
from bot.sms.doctor import (
    Checkup,
    Finding,
    Patient,
    alerts_finding,
    audit_finding,
    database_finding,
    digest_finding,
    examine,
    frozen_finding,
    knowledge_finding,
    report,
    something_wrong,
)
from bot.sms.phone import read_number
from bot.sms.plans import Fate, Kept, Plan, Standing
from bot.sms.report import Cell, Code, Explained, Listing, Say, say
from bot.sms.sending import AllowedNumber, AllowedTemplate, Options
from bot.wiring import shipped_phrases
from tests.sms.small_cloud import NOW, FakeCloud, FakeHistory

TEMPLATE = Template(
    id=1110001,
    name="验证码",
    text="您的验证码为{1}。",
    review="usable",
    reason="",
    created=NOW,
    international=False,
)
SIGNATURE = Signature(id=1, text="星河科技", review="usable", reason="", created=NOW, international=False)
SENDING = Options(
    numbers=(AllowedNumber("QA phone", read_number("13800138000")),),
    templates=(AllowedTemplate(1110001, "星河科技"),),
)


NINE = Plan("C0OPS", time(9))
STANDINGS = [
    Standing(NINE, next=NOW),
    *(Standing(NINE, next=NOW, last=Kept(NOW.date(), fate, NOW, "missing_scope")) for fate in get_args(Fate)),
]


@dataclass(slots=True)
class Patchy(FakeCloud):
    """Fails in some of what it is asked; `unreadable` are numbers that it can't parse."""

    failures: Mapping[str, CloudError] = field(default_factory=dict)
    unreadable: Sequence[str] = ()
    calls: list[str] = field(default_factory=list)

    async def packages(self) -> Packages:
        self._meet("packages")
        return Packages((), NOW)

    async def send_counts(self, first: datetime, last: datetime) -> SendCounts:
        self._meet("statistics")
        assert first <= last
        return SendCounts(0, 0, 0)

    async def signatures(self, *, international: bool) -> Sequence[Signature]:
        self._meet("signatures")
        return [it for it in self.signatures_ if it.international == international]

    async def templates(self, *, international: bool) -> Sequence[Template]:
        self._meet("templates")
        return [it for it in self.templates_ if it.international == international]

    async def number_info(self, numbers: Sequence[str]) -> Sequence[NumberInfo]:
        self._meet("numbers")
        return [NumberInfo(it, "InvalidNumber" if it in self.unreadable else "Ok", "", "") for it in numbers]

    def _meet(self, what: str) -> None:
        self.calls.append(what)
        if what in self.failures:
            raise self.failures[what]


def refused(code: str, skew: float | None = None) -> Refused:
    return Refused("Action", code, "foreign words", "a-request-id", skew)


def account(cloud: Patchy | None = None, name: str = "prod") -> Account:
    return Account(name, cloud or patchy(), FakeHistory())


def patchy(
    failures: Mapping[str, CloudError] | None = None,
    templates: Sequence[Template] = (TEMPLATE,),
    signatures: Sequence[Signature] = (SIGNATURE,),
    unreadable: Sequence[str] = (),
) -> Patchy:
    """A healthy account, except for what is said otherwise."""
    return Patchy(
        templates_=templates, signatures_=signatures, failures=failures or {}, unreadable=unreadable
    )


def examined(
    *accounts: Account, sending: Options | None = None, checkups: Iterable[Checkup] = ()
) -> tuple[Finding, ...]:
    patient = Patient({it.name: it for it in accounts}, sending=sending, checkups=tuple(checkups))
    return asyncio.run(examine(patient, NOW))


def amiss(findings: Iterable[Finding]) -> list[tuple[str, str, str | None]]:
    """Verdict, what and fix of everything that is not fine."""
    return [
        (it.verdict, it.what.phrase.removeprefix("doctor."), it.fix.phrase if it.fix else None)
        for it in findings
        if it.verdict != "ok"
    ]


def finding(what: Finding) -> Callable[[], Awaitable[Finding]]:
    async def run() -> Finding:
        return what

    return run


def test_what_is_well_is_said_to_be_well() -> None:
    checks = [
        Checkup("database", finding(database_finding("a file"))),
        Checkup("audit", finding(audit_finding(3, None))),
    ]

    found = examined(account(), sending=SENDING, checkups=checks)

    assert amiss(found) == []
    assert not something_wrong(found)
    assert report(found).title == say("doctor.title_fine")


def test_mistakes_of_the_settings_are_told_with_their_place() -> None:
    mistakes = [
        Mistake("smsbot.toml", 7, "wrong_zone", {"key": "zone"}),
        Mistake("SMS_SDK_APP_ID", 0, "missing_variable", {"there": "TENCENTCLOUD_SECRET_ID"}),
    ]

    found = asyncio.run(examine(Patient({}, mistakes), NOW))

    assert [it.what.details["place"] for it in found if it.verdict == "wrong"] == [
        "smsbot.toml:7",
        "SMS_SDK_APP_ID",
    ]
    assert {it.verdict for it in found} == {"wrong"}


def test_without_an_account_the_fix_names_the_variables_and_the_key() -> None:
    found = examined()

    assert amiss(found) == [("warning", "no_account", "doctor.fix_no_account")]
    assert not something_wrong(found)


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("AuthFailure.UnauthorizedOperation", "doctor.fix_right"),
        ("UnauthorizedOperation.RequestPermissionDeny", "doctor.fix_right"),
        ("UnauthorizedOperation.SmsSdkAppIdVerifyFail", "doctor.fix_app"),
        ("InvalidParameterValue.SdkAppIdNotExist", "doctor.fix_app"),
        ("AuthFailure.SecretIdNotFound", "doctor.fix_key"),
        ("AuthFailure.SignatureFailure", "doctor.fix_key"),
        ("UnauthorizedOperation.ServiceSuspendDueToArrears", "doctor.fix_code"),
    ],
)
def test_a_refusal_is_explained_and_has_the_fix_of_its_kind(code: str, fix: str) -> None:
    found = examined(account(patchy({"packages": refused(code)})))

    assert amiss(found) == [("wrong", "refused", fix)]
    assert Explained((code,)) in report(found).parts


def test_each_right_that_is_missing_is_named() -> None:
    denied = refused("AuthFailure.UnauthorizedOperation")

    found = examined(account(patchy({"signatures": denied, "statistics": denied})))

    assert [it.fix.details["action"] for it in found if it.fix] == [
        "DescribeSmsSignList",
        "SendStatusStatistics",
    ]


@pytest.mark.parametrize(
    "error", [NoAnswer("cloud.no_answer", "Action"), refused("AuthFailure.SecretIdNotFound")]
)
def test_what_would_fail_for_every_question_is_asked_once(error: CloudError) -> None:
    cloud = Patchy(failures=dict.fromkeys(["packages", "signatures", "templates", "statistics"], error))

    found = examined(Account("prod", cloud, FakeHistory()), sending=SENDING)

    assert cloud.calls == ["packages"]
    assert [it.verdict for it in found if it.verdict != "ok"] == ["wrong", "warning"]


def test_a_clock_that_is_off_is_told_in_seconds() -> None:
    found = examined(account(patchy({"packages": refused("AuthFailure.SignatureExpire", skew=-1200.4)})))

    assert [(it.what, it.fix) for it in found if it.verdict == "wrong"] == [
        (say("doctor.clock", seconds=-1200), say("doctor.fix_clock"))
    ]


def test_one_account_that_is_ill_does_not_hide_another() -> None:
    ill = account(patchy({"packages": NoAnswer("cloud.no_answer", "Action")}), "first")

    found = examined(ill, account(name="second"))

    assert say("doctor.readable", account="second") in [it.what for it in found]


def test_keys_that_look_odd_are_told() -> None:
    found = asyncio.run(examine(Patient({}, odd_keys=frozenset({"prod"})), NOW))

    assert ("warning", "odd_key", "doctor.fix_odd_key") in amiss(found)


ABROAD = replace(TEMPLATE, international=True)
SIGNED, UNSIGNED = AllowedTemplate(1110001, "星河科技"), AllowedTemplate(1110001, "")


@pytest.mark.parametrize(
    ("cloud", "allowed", "expected"),
    [
        (patchy(templates=[]), SIGNED, "no_template"),
        (patchy(templates=[replace(TEMPLATE, review="reviewing")]), SIGNED, "template_review"),
        (patchy(signatures=[]), SIGNED, "no_signature"),
        (patchy(signatures=[replace(SIGNATURE, review="rejected")]), SIGNED, "signature_review"),
        (patchy(), UNSIGNED, "signature_needed"),
        (patchy(templates=[replace(ABROAD, everywhere=True)]), UNSIGNED, "signature_needed"),
        (patchy(unreadable=["+8613800138000"]), SIGNED, "bad_number"),
        (patchy(templates=[ABROAD]), UNSIGNED, None),
        (patchy(signatures=[replace(SIGNATURE, review="rejected"), replace(SIGNATURE, id=2)]), SIGNED, None),
    ],
)
def test_what_could_not_be_sent_is_found_before_somebody_tries(
    cloud: Patchy, allowed: AllowedTemplate, expected: str | None
) -> None:
    found = examined(account(cloud), sending=replace(SENDING, templates=(allowed,)))

    assert [what for _, what, _ in amiss(found)] == ([expected] if expected else [])
    assert something_wrong(found) == (expected is not None)


def test_a_checkup_that_fails_is_a_finding_too() -> None:
    async def fails() -> Finding:
        raise BotError("store.away", place="a file", when=NOW)

    (found,) = (
        it for it in examined(account(), checkups=[Checkup("database", fails)]) if it.verdict == "wrong"
    )

    assert found.what == say(
        "doctor.not_checked", what="database", error=say("store.away", place="a file", when=str(NOW))
    )


def test_a_digest_that_may_not_have_come_is_worth_a_look_and_one_that_is_off_is_not() -> None:
    found = {it.last.fate if it.last else "": digest_finding(it) for it in STANDINGS}

    assert {fate: it.verdict for fate, it in found.items() if it} == {
        "": "ok",
        "claimed": "ok",
        "sent": "ok",
        "failed": "warning",
        "unknown": "warning",
    }
    assert digest_finding(Standing(replace(NINE, on=False))) is None
    assert digest_finding(Standing(None)) is None


def test_alerts_tell_the_account_that_was_looked_at_longest_ago() -> None:
    early = NOW - timedelta(hours=3)

    assert alerts_finding("C0OPS", {"prod": NOW, "test": early}).what.details["looked"] == early


def test_every_finding_can_be_said_in_both_languages() -> None:
    phrases = shipped_phrases()
    reviews = [
        replace(TEMPLATE, id=0, review="reviewing"),
        replace(TEMPLATE, id=1, review="not_in_force"),
        replace(TEMPLATE, id=2, review="rejected"),
    ]
    cases = [
        examined(),
        examined(account(), sending=SENDING),
        examined(
            account(patchy({"statistics": refused("AuthFailure.UnauthorizedOperation")})), sending=SENDING
        ),
        *(
            examined(account(patchy({"packages": refused(code, 7)})))
            for code in ("AuthFailure.SignatureExpire", "X", "AuthFailure.X", "SdkAppId")
        ),
        examined(account(patchy({"numbers": NoAnswer("cloud.no_answer", "A")})), sending=SENDING),
        examined(account(patchy({"packages": NoAnswer("cloud.no_answer", "A")}))),
        examined(
            account(patchy(templates=reviews, unreadable=["+8613800138000"])),
            sending=replace(SENDING, templates=tuple(AllowedTemplate(it, "x") for it in (0, 1, 2, 3))),
        ),
        asyncio.run(examine(Patient({}, odd_keys=frozenset({"prod"})), NOW)),
        (database_finding("x"), knowledge_finding(1, 2), audit_finding(3, None), audit_finding(3, 2)),
        (frozen_finding(frozen=True), frozen_finding(frozen=False)),
        tuple(found for it in STANDINGS if (found := digest_finding(it))),
        (
            alerts_finding("", {}),
            alerts_finding("C0OPS", {"prod": None}),
            alerts_finding("C0OPS", {"prod": NOW}),
        ),
    ]

    for findings in cases:
        drawn = report(findings, sample=True)
        for part in drawn.parts:
            for cell in (drawn.title, *drawn.notes, *(part.rows if isinstance(part, Listing) else ())):
                for language in LANGUAGES:
                    text = " ".join(texts(cell, phrases, language == "zh"))
                    assert "doctor." not in text
                    assert "13800138000" not in text


def texts(cell: Cell, phrases: Phrases, chinese: bool) -> Iterable[str]:  # noqa: FBT001 a test's own shorthand
    """Every phrase in a cell, said by itself."""
    if isinstance(cell, Say):
        shown = {name: "…" if isinstance(it, Say | Code) else it for name, it in cell.details.items()}
        if not cell.phrase.startswith("cloud."):
            yield phrases.say(cell.phrase, "zh" if chinese else "en", **shown)
        for inner in cell.details.values():
            yield from texts(inner, phrases, chinese)
