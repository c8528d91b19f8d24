"""The answers of the API as values. What is missing or of another type makes an answer Garbled.

Fields that we don't know are welcome: the API grows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bot.errors import BotError
from bot.sms.cloud import (
    CloudError,
    Delivery,
    Garbled,
    Handed,
    NumberInfo,
    Package,
    ReceiptCounts,
    Reply,
    Review,
    SendCounts,
    Signature,
    Template,
)
from bot.sms.phone import PhoneNumber, read_number
from bot.tencent.policy import Action
from bot.tencent.verdict import Answer, garbled, refusal, text

Value = TypeVar("Value")

REVIEWS: Mapping[int, Review] = {0: "usable", 1: "reviewing", 2: "not_in_force", -1: "rejected"}
BOUGHT = 1
EVERYWHERE = 3
OUTCOMES = {"SUCCESS": True, "FAIL": False}


@dataclass(frozen=True, slots=True)
class Row:
    """One object of an answer, whose fields are read by name and type. `path`: where it stands."""

    action: Action
    request_id: str
    path: str
    fields: Mapping[str, object]

    def text(self, name: str) -> str:
        return self._typed(name, str)

    def optional_text(self, name: str) -> str:
        """For what the API leaves out, or has as null, when there is nothing to say."""
        return "" if self.fields.get(name) is None else self.text(name)

    def whole(self, name: str) -> int:
        value = self._typed(name, int)
        if isinstance(value, bool):
            raise self.garbled(name)
        return value

    def moment(self, name: str) -> datetime:
        """From UNIX seconds."""
        try:
            return datetime.fromtimestamp(self.whole(name), UTC)
        except (ValueError, OverflowError, OSError):
            raise self.garbled(name) from None

    def number(self, name: str) -> PhoneNumber:
        try:
            return read_number(self.text(name))
        except BotError:
            raise self.garbled(name) from None

    def row(self, name: str) -> "Row":
        return self._inner(name, self.fields.get(name))

    def rows(self, name: str) -> "list[Row]":
        """A list of objects. null stands for an empty one."""
        values = self.fields.get(name, False)
        if values is None:
            return []
        if not isinstance(values, list):
            raise self.garbled(name)
        return [self._inner(f"{name}[{position}]", value) for position, value in enumerate(values)]

    def garbled(self, name: str) -> Garbled:
        return garbled(self.action, f"{self.path}{name}", self.request_id)

    def _typed(self, name: str, kind: type[Value]) -> Value:
        value = self.fields.get(name)
        if not isinstance(value, kind):
            raise self.garbled(name)
        return value

    def _inner(self, name: str, value: object) -> "Row":
        if not isinstance(value, dict):
            raise self.garbled(name)
        return Row(self.action, self.request_id, f"{self.path}{name}.", value)


def opened(action: Action, answer: Answer) -> Row:
    return Row(action, text(answer.get("RequestId")), "", answer)


def packages(answer: Row) -> list[Package]:
    """Where elsewhere null may stand for an empty list, here it would be a balance of zero."""
    if answer.fields.get("SmsPackagesStatisticsSet") is None:
        raise answer.garbled("SmsPackagesStatisticsSet")
    return [package(row) for row in answer.rows("SmsPackagesStatisticsSet")]


def package(row: Row) -> Package:
    # The API's own samples have the start and the end of a package swapped.
    starts, ends = sorted((row.moment("PackageEffectiveTime"), row.moment("PackageExpiredTime")))
    return Package(
        id=str(row.whole("PackageId")),
        bought=row.whole("PackageType") == BOUGHT,
        amount=row.whole("PackageAmount"),
        used=row.whole("CurrentUsage"),
        created=row.moment("PackageCreateTime"),
        starts=starts,
        ends=ends,
    )


def send_counts(answer: Row) -> SendCounts:
    row = answer.row("SendStatusStatistics")
    return SendCounts(
        requests=row.whole("RequestCount"),
        accepted=row.whole("RequestSuccessCount"),
        billed=row.whole("FeeCount"),
    )


def receipt_counts(answer: Row) -> ReceiptCounts:
    row = answer.row("CallbackStatusStatistics")
    return ReceiptCounts(
        accepted=row.whole("RequestSuccessCount"),
        receipts=row.whole("CallbackCount"),
        delivered=row.whole("CallbackSuccessCount"),
        failed=row.whole("CallbackFailCount"),
        internal_error=row.whole("InternalErrorCount"),
        invalid_number=row.whole("InvalidNumberCount"),
        powered_off=row.whole("ShutdownErrorCount"),
        blacklisted=row.whole("BlackListCount"),
        frequency=row.whole("FrequencyLimitCount"),
    )


def deliveries(answer: Row) -> list[Delivery]:
    rows = [delivery(row) for row in answer.rows("PullSmsSendStatusSet")]
    return newest_first(rows, lambda it: it.received)


def delivery(row: Row) -> Delivery:
    outcome = row.text("ReportStatus")
    if outcome not in OUTCOMES:
        raise row.garbled("ReportStatus")
    return Delivery(
        number=row.number("PhoneNumber"),
        serial=row.text("SerialNo"),
        delivered=OUTCOMES[outcome],
        receipt=row.text("Description"),
        received=row.moment("UserReceiveTime"),
        session=row.optional_text("SessionContext"),
    )


def replies(answer: Row) -> list[Reply]:
    rows = [reply(row) for row in answer.rows("PullSmsReplyStatusSet")]
    return newest_first(rows, lambda it: it.received)


def reply(row: Row) -> Reply:
    return Reply(
        number=row.number("PhoneNumber"),
        text=row.text("ReplyContent"),
        signature=row.optional_text("SignName"),
        received=row.moment("ReplyTime"),
        extension=row.optional_text("ExtendCode"),
    )


def signatures(answer: Row) -> list[Signature]:
    return [signature(row) for row in answer.rows("DescribeSignListStatusSet")]


def signature(row: Row) -> Signature:
    return Signature(
        id=row.whole("SignId"),
        text=row.text("SignName"),
        review=REVIEWS.get(row.whole("StatusCode"), "unknown"),
        reason=row.optional_text("ReviewReply"),
        created=row.moment("CreateTime"),
        international=row.whole("International") != 0,
    )


def templates(answer: Row) -> list[Template]:
    return [template(row) for row in answer.rows("DescribeTemplateStatusSet")]


def template(row: Row) -> Template:
    where = row.whole("International")
    return Template(
        id=row.whole("TemplateId"),
        name=row.text("TemplateName"),
        text=row.text("TemplateContent"),
        review=REVIEWS.get(row.whole("StatusCode"), "unknown"),
        reason=row.optional_text("ReviewReply"),
        created=row.moment("CreateTime"),
        international=where != 0,
        everywhere=where == EVERYWHERE,
    )


def number_infos(answer: Row) -> list[NumberInfo]:
    return [number_info(row) for row in answer.rows("PhoneNumberInfoSet")]


def number_info(row: Row) -> NumberInfo:
    return NumberInfo(
        number=row.text("PhoneNumber"),
        code=row.text("Code"),
        country=row.optional_text("IsoCode"),
        country_name=row.optional_text("IsoName"),
    )


def handed(answer: Row, number: PhoneNumber) -> Handed | CloudError:
    """What became of the message to `number`: the API takes a request whole and refuses single numbers."""
    row = status_of(answer, number)
    code = row.text("Code")
    if code.lower() != "ok":
        return refusal(answer.action, code, row.optional_text("Message"), answer.request_id)
    return Handed(
        serial=row.text("SerialNo"),
        segments=row.whole("Fee"),
        country=row.optional_text("IsoCode"),
        request_id=answer.request_id,
    )


def status_of(answer: Row, number: PhoneNumber) -> Row:
    """The element of our number. The API writes numbers its own way; a single element can be but ours."""
    rows = answer.rows("SendStatusSet")
    ours = rows if len(rows) == 1 else [row for row in rows if is_to(row, number)]
    if len(ours) != 1:
        raise answer.garbled("SendStatusSet")
    return ours[0]


def is_to(row: Row, number: PhoneNumber) -> bool:
    try:
        return read_number(row.optional_text("PhoneNumber")) == number
    except BotError:
        return False


def newest_first(rows: list[Value], when: Callable[[Value], datetime]) -> list[Value]:
    return sorted(rows, key=when, reverse=True)
