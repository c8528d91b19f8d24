"""The actions of the API: what each takes, and what it answers."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from bot.sandbox.numbers import Number, read_number
from bot.sandbox.parameters import Parameters
from bot.sandbox.refusal import Refusal
from bot.sandbox.sending import send_sms
from bot.sandbox.terms import Terms
from bot.sandbox.traffic import HOUR, ZONE
from bot.sandbox.world import (
    DELIVERED,
    EVERYWHERE,
    USABLE,
    Package,
    Receipt,
    Reply,
    Signature,
    Template,
    World,
)

Answer = dict[str, object]

MOST_PACKAGES = 500
MOST_ROWS = 100
MOST_NUMBERS = 200
LONGEST_RANGE = timedelta(days=32)
DAYS_TO_ASK = timedelta(days=7)
PAGE, RANGE = ("Limit", "Offset"), ("BeginTime", "EndTime")


@dataclass(frozen=True, slots=True)
class Action:
    """`fields` are the parameters that it knows."""

    run: Callable[[World, Parameters, Terms], Answer]
    fields: Collection[str]


class Reviewed(Protocol):
    """A signature or a template."""

    @property
    def id(self) -> int: ...
    @property
    def international(self) -> int: ...


class Timed(Protocol):
    """A receipt or a reply."""

    @property
    def number(self) -> str: ...
    @property
    def at(self) -> datetime: ...


Listed = TypeVar("Listed", bound=Reviewed)
Come = TypeVar("Come", bound=Timed)


def sms_packages_statistics(world: World, asked: Parameters, terms: Terms) -> Answer:
    """API: filtered by the time at which a package was made; the end has to lie in the past."""
    limit, offset = page(asked, MOST_PACKAGES)
    begin, end = hour_range(asked)
    if not begin < end < terms.at:
        raise Refusal("InvalidParameterValue.EndTimeVerifyFail", "EndTime must be after BeginTime, and past.")
    made = [it for it in world.packages(terms.at) if begin <= it.created < end + HOUR]
    return {"SmsPackagesStatisticsSet": [package_row(it) for it in made[offset : offset + limit]]}


def package_row(package: Package) -> Answer:
    first, second = (package.ends, package.starts) if package.swapped else (package.starts, package.ends)
    return {
        "PackageCreateTime": unix(package.created),
        "PackageEffectiveTime": unix(first),
        "PackageExpiredTime": unix(second),
        "PackageAmount": package.amount,
        "PackageType": 1 if package.kind == "bought" else 0,
        "PackageId": package.id,
        "CurrentUsage": package.used,
    }


def send_status_statistics(world: World, asked: Parameters, terms: Terms) -> Answer:
    begin, end = statistics_range(asked)
    counts = world.counts(begin, end, terms.at)
    return {
        "SendStatusStatistics": {
            "FeeCount": counts.billed,
            "RequestCount": counts.requests,
            "RequestSuccessCount": counts.accepted,
        }
    }


def callback_status_statistics(world: World, asked: Parameters, terms: Terms) -> Answer:
    begin, end = statistics_range(asked)
    if end - begin > LONGEST_RANGE:
        raise Refusal("InvalidParameterValue.EndTimeVerifyFail", "The range must not exceed 32 days.")
    counts = world.counts(begin, end, terms.at)
    return {
        "CallbackStatusStatistics": {
            "CallbackCount": counts.delivered + counts.failed,
            "RequestSuccessCount": counts.accepted,
            "CallbackFailCount": counts.failed,
            "CallbackSuccessCount": counts.delivered,
            "InternalErrorCount": counts.internal_error,
            "InvalidNumberCount": counts.invalid_number,
            "ShutdownErrorCount": counts.powered_off,
            "BlackListCount": counts.blacklisted,
            "FrequencyLimitCount": counts.frequency,
        }
    }


def pull_sms_send_status_by_phone_number(world: World, asked: Parameters, terms: Terms) -> Answer:
    rows = recent(world.receipts(terms.at), asked, terms)
    return {"PullSmsSendStatusSet": [receipt_row(it, terms) for it in rows]}


def pull_sms_reply_status_by_phone_number(world: World, asked: Parameters, terms: Terms) -> Answer:
    return {"PullSmsReplyStatusSet": [reply_row(it) for it in recent(world.replies(), asked, terms)]}


def recent(rows: list[Come], asked: Parameters, terms: Terms) -> list[Come]:
    """Those of one number within the times asked for, and of the last 7 days."""
    number = read_number(asked.text("PhoneNumber"))
    if number is None:
        raise Refusal("InvalidParameterValue.IncorrectPhoneNumber", "The PhoneNumber is malformed.")
    limit, offset = row_limit(asked), asked.number("Offset")
    if offset:
        raise Refusal("InvalidParameterValue.OffsetVerifyFail", "The Offset must be 0.")
    begin, end = asked.number("BeginTime"), asked.number("EndTime")
    if begin > end:
        raise Refusal("InvalidParameterValue.BeginTimeVerifyFail", "BeginTime must not be after EndTime.")
    begin = max(begin, unix(terms.at - DAYS_TO_ASK))
    return [it for it in rows if it.number == number.e164 and begin <= unix(it.at) <= end][:limit]


def receipt_row(receipt: Receipt, terms: Terms) -> Answer:
    row: Answer = {
        "UserReceiveTime": unix(receipt.at),
        **number_fields(receipt.number),
        "SerialNo": receipt.serial,
        "ReportStatus": "SUCCESS" if receipt.code == DELIVERED else "FAIL",
        "Description": receipt.code,
    }
    return row | {"SessionContext": receipt.session} if terms.session_in_receipts else row


def reply_row(reply: Reply) -> Answer:
    return {
        "ExtendCode": "",
        **number_fields(reply.number),
        "SignName": reply.signature,
        "ReplyContent": reply.text,
        "ReplyTime": unix(reply.at),
    }


def number_fields(e164: str) -> Answer:
    number = read_number(e164)
    return {
        "CountryCode": number.country.code if number else "",
        "SubscriberNumber": number.subscriber if number else "",
        "PhoneNumber": e164,
    }


def describe_sms_sign_list(world: World, asked: Parameters, _: Terms) -> Answer:
    """API: 10 of them when no Limit is given."""
    rows = listed(world.signatures, asked, "SignIdSet", usual=10)
    return {"DescribeSignListStatusSet": [signature_row(it) for it in rows]}


def describe_sms_template_list(world: World, asked: Parameters, _: Terms) -> Answer:
    """API: none of them when no Limit is given."""
    rows = listed(world.templates, asked, "TemplateIdSet", usual=0)
    return {"DescribeTemplateStatusSet": [template_row(it) for it in rows]}


def listed(rows: tuple[Listed, ...], asked: Parameters, ids: str, usual: int) -> list[Listed]:
    """Those of the ids asked for, else a page; only of the mainland or abroad."""
    place = asked.number("International")
    if place not in {0, 1}:
        raise Refusal("InvalidParameterValue.InvalidInternational", "International must be 0 or 1.")
    fitting = [it for it in rows if it.international in {place, EVERYWHERE}]
    if ids in asked and (wanted := asked.numbers(ids)):
        if len(wanted) > MOST_ROWS:
            raise Refusal("InvalidParameterValue.LimitVerifyFail", f"{ids} may hold up to 100 ids.")
        return [it for it in fitting if it.id in wanted]
    limit = asked.number("Limit") if "Limit" in asked else usual
    offset = asked.number("Offset") if "Offset" in asked else 0
    if not 0 <= limit <= MOST_ROWS or offset < 0:
        raise Refusal(
            "InvalidParameterValue.LimitVerifyFail", "Limit must be from 0 to 100, Offset from 0 on."
        )
    return fitting[offset : offset + limit]


def signature_row(signature: Signature) -> Answer:
    return {
        "SignId": signature.id,
        "International": signature.international,
        "StatusCode": signature.status,
        "ReviewReply": signature.reason,
        "SignName": signature.text,
        "CreateTime": unix(signature.created),
        "QualificationId": 5200001,
        "QualificationName": "星河科技有限公司",
        "QualificationStatusCode": 1 if signature.status == USABLE else 0,
    }


def template_row(template: Template) -> Answer:
    return {
        "TemplateId": template.id,
        "International": template.international,
        "StatusCode": template.status,
        "ReviewReply": template.reason,
        "TemplateName": template.name,
        "CreateTime": unix(template.created),
        "TemplateContent": template.text,
    }


def describe_phone_number_info(_: World, asked: Parameters, __: Terms) -> Answer:
    texts = asked.texts("PhoneNumberSet")
    if len(texts) > MOST_NUMBERS:
        raise Refusal("LimitExceeded.PhoneNumberCountLimit", "A request may have up to 200 phone numbers.")
    return {"PhoneNumberInfoSet": [info_row(text, read_number(text)) for text in texts]}


def info_row(text: str, number: Number | None) -> Answer:
    """API: a number that can't be parsed comes back as it was."""
    return {
        "Code": "Ok" if number else "InvalidParameterValue.IncorrectPhoneNumber",
        "Message": "parse success" if number else "the phone number is malformed",
        "NationCode": number.country.code if number else "",
        "SubscriberNumber": number.subscriber if number else "",
        "PhoneNumber": number.e164 if number else text,
        "IsoCode": number.country.iso if number else "",
        "IsoName": number.country.name if number else "",
    }


def statistics_range(asked: Parameters) -> tuple[datetime, datetime]:
    """API: Limit and Offset are required, and fixed at 0."""
    if asked.number("Limit"):
        raise Refusal("InvalidParameterValue.LimitVerifyFail", "The Limit must be 0.")
    if asked.number("Offset"):
        raise Refusal("InvalidParameterValue.OffsetVerifyFail", "The Offset must be 0.")
    begin, end = hour_range(asked)
    if end < begin:
        raise Refusal("InvalidParameterValue.EndTimeVerifyFail", "EndTime must not be before BeginTime.")
    return begin, end


def hour_range(asked: Parameters) -> tuple[datetime, datetime]:
    begin, end = (read_hour(asked.text(name)) for name in RANGE)
    if begin is None:
        raise Refusal("InvalidParameterValue.BeginTimeVerifyFail", "BeginTime is no yyyymmddhh.")
    if end is None:
        raise Refusal("InvalidParameterValue.EndTimeVerifyFail", "EndTime is no yyyymmddhh.")
    return begin, end


def read_hour(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{10}", text, re.ASCII):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H").replace(tzinfo=ZONE)
    except ValueError:
        return None


def page(asked: Parameters, most: int) -> tuple[int, int]:
    limit, offset = asked.number("Limit"), asked.number("Offset")
    if not 1 <= limit <= most:
        raise Refusal("InvalidParameterValue.LimitVerifyFail", f"The Limit must be from 1 to {most}.")
    if offset < 0:
        raise Refusal("InvalidParameterValue.OffsetVerifyFail", "The Offset must not be negative.")
    return limit, offset


def row_limit(asked: Parameters) -> int:
    limit = asked.number("Limit")
    if not 1 <= limit <= MOST_ROWS:
        raise Refusal("InvalidParameterValue.LimitVerifyFail", f"The Limit must be from 1 to {MOST_ROWS}.")
    return limit


def unix(moment: datetime) -> int:
    return int(moment.timestamp())


APP = "SmsSdkAppId"
ONE_NUMBER = (APP, "PhoneNumber", *RANGE, *PAGE)
SEND_FIELDS = (
    *("PhoneNumberSet", APP, "TemplateId", "SignName", "TemplateParamSet"),
    *("ExtendCode", "SessionContext", "SenderId"),
)
# The writing ones besides SendSms are missing on purpose, and the queues that lose what is read: nothing of
# ours may ask for them.
ACTIONS: Mapping[str, Action] = {
    "SendSms": Action(send_sms, SEND_FIELDS),
    "SmsPackagesStatistics": Action(sms_packages_statistics, (APP, *RANGE, *PAGE)),
    "SendStatusStatistics": Action(send_status_statistics, (APP, *RANGE, *PAGE)),
    "CallbackStatusStatistics": Action(callback_status_statistics, (APP, *RANGE, *PAGE)),
    "PullSmsSendStatusByPhoneNumber": Action(pull_sms_send_status_by_phone_number, ONE_NUMBER),
    "PullSmsReplyStatusByPhoneNumber": Action(pull_sms_reply_status_by_phone_number, ONE_NUMBER),
    "DescribeSmsSignList": Action(describe_sms_sign_list, ("International", "SignIdSet", *PAGE)),
    "DescribeSmsTemplateList": Action(describe_sms_template_list, ("International", "TemplateIdSet", *PAGE)),
    "DescribePhoneNumberInfo": Action(describe_phone_number_info, ("PhoneNumberSet",)),
}
