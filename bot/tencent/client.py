"""The client: one account (an SDK app of it) as a Cloud over HTTP."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.sms.cloud import (
    ACCOUNT_ZONE,
    CloudError,
    Delivery,
    Handed,
    Message,
    NumberInfo,
    Package,
    Packages,
    ReceiptCounts,
    Refused,
    Reply,
    SendCounts,
    Signature,
    Template,
    Unreachable,
)
from bot.sms.phone import PhoneNumber
from bot.tencent import answers
from bot.tencent.answers import Row, opened
from bot.tencent.cache import Cache
from bot.tencent.call import Caller, Surroundings
from bot.tencent.policy import Action

Value = TypeVar("Value")

# API: rows of one page. DescribeSmsTemplateList gives none at all unless it is told how many.
PACKAGES_PAGE = 500
REVIEWS_PAGE = 100
REPORTS_PAGE = 100
# A bought package is valid for two years and is found by the day it was bought.
PACKAGES_BACK = timedelta(days=3 * 365)
WINDOW = timedelta(days=365)
# API: EndTime has to be in the past, of a zone that is documented nowhere.
MARGIN = timedelta(hours=1)
RANGE_CODES = ("InvalidParameterValue.BeginTimeVerifyFail", "InvalidParameterValue.EndTimeVerifyFail")
# API: reports on one number reach back seven days; a minute less, since the question takes its time.
REPORTS_BACK = timedelta(days=7) - timedelta(minutes=1)


class TencentCloud:
    """Implements `bot.sms.cloud.Cloud`."""

    def __init__(self, caller: Caller, sdk_app_id: str, surroundings: Surroundings) -> None:
        self._caller = caller
        self._sdk_app_id = sdk_app_id
        self._now = surroundings.now
        self._packages = Cache(self._ask_packages, surroundings.seconds)

    async def close(self) -> None:
        await self._packages.close()

    async def packages(self) -> Packages:
        """At most 60 s old, or `stale`. What was bought within the last two hours is not in it yet."""
        kept = await self._packages.get()
        return replace(kept.value, stale=kept.stale)

    async def send_counts(self, first: datetime, last: datetime) -> SendCounts:
        return answers.send_counts(await self._statistics("SendStatusStatistics", first, last))

    async def receipt_counts(self, first: datetime, last: datetime) -> ReceiptCounts:
        return answers.receipt_counts(await self._statistics("CallbackStatusStatistics", first, last))

    async def deliveries(self, number: PhoneNumber, since: datetime, until: datetime) -> Sequence[Delivery]:
        return answers.deliveries(await self._reports("PullSmsSendStatusByPhoneNumber", number, since, until))

    async def replies(self, number: PhoneNumber, since: datetime, until: datetime) -> Sequence[Reply]:
        return answers.replies(await self._reports("PullSmsReplyStatusByPhoneNumber", number, since, until))

    async def signatures(self, *, international: bool) -> Sequence[Signature]:
        async def page(offset: int) -> Sequence[Signature]:
            return answers.signatures(await self._reviews("DescribeSmsSignList", international, offset))

        rows = await all_pages(page, REVIEWS_PAGE, lambda it: it.id)
        return sorted(rows, key=lambda it: it.created, reverse=True)

    async def templates(self, *, international: bool) -> Sequence[Template]:
        async def page(offset: int) -> Sequence[Template]:
            return answers.templates(await self._reviews("DescribeSmsTemplateList", international, offset))

        rows = await all_pages(page, REVIEWS_PAGE, lambda it: it.id)
        return sorted(rows, key=lambda it: it.created, reverse=True)

    async def number_info(self, numbers: Sequence[str]) -> Sequence[NumberInfo]:
        answer = await self._asked("DescribePhoneNumberInfo", PhoneNumberSet=list(numbers))
        return answers.number_infos(answer)

    async def send(self, message: Message) -> Handed:
        # People mix up the id of a signature with its text; the API would bill nothing, and say little.
        if message.signature.isdigit():
            raise Unreachable("cloud.signature_number", "SendSms", signature=message.signature)
        answer = await self._asked("SendSms", **send_parameters(message), SmsSdkAppId=self._sdk_app_id)
        outcome = answers.handed(answer, message.number)
        if isinstance(outcome, CloudError):
            raise outcome
        return outcome

    async def _asked(self, action: Action, **parameters: object) -> Row:
        return opened(action, await self._caller.call(action, parameters))

    async def _ask_packages(self) -> Packages:
        now = self._now()
        first, last = now - PACKAGES_BACK, now - MARGIN
        try:
            rows = await self._packages_of(first, last)
        except Refused as refused:
            if refused.code not in RANGE_CODES:
                raise
            rows = [row for span in windows(first, last) for row in await self._packages_of(*span)]
        return Packages(tuple({row.id: row for row in rows}.values()), asked=now)

    async def _packages_of(self, first: datetime, last: datetime) -> Sequence[Package]:
        async def page(offset: int) -> Sequence[Package]:
            return answers.packages(
                await self._asked(
                    "SmsPackagesStatistics",
                    SmsSdkAppId=self._sdk_app_id,
                    Limit=PACKAGES_PAGE,
                    Offset=offset,
                    BeginTime=hour(first),
                    EndTime=hour(last),
                )
            )

        return await all_pages(page, PACKAGES_PAGE, lambda it: it.id)

    async def _statistics(self, action: Action, first: datetime, last: datetime) -> Row:
        return await self._asked(
            action,
            SmsSdkAppId=self._sdk_app_id,
            Limit=0,
            Offset=0,
            BeginTime=hour(first),
            EndTime=hour(last),
        )

    async def _reports(self, action: Action, number: PhoneNumber, since: datetime, until: datetime) -> Row:
        return await self._asked(
            action,
            SmsSdkAppId=self._sdk_app_id,
            PhoneNumber=number.e164,
            BeginTime=int(max(since, self._now() - REPORTS_BACK).timestamp()),
            EndTime=int(until.timestamp()),
            Limit=REPORTS_PAGE,
            Offset=0,
        )

    async def _reviews(self, action: Action, international: bool, offset: int) -> Row:  # noqa: FBT001 - private
        return await self._asked(action, International=int(international), Limit=REVIEWS_PAGE, Offset=offset)


async def all_pages(
    page: Callable[[int], Awaitable[Sequence[Value]]], size: int, identity: Callable[[Value], object]
) -> list[Value]:
    """The rows of all pages, each once. A short page is the last; so is one that repeats what is known.

    The API counts nothing for us, and a page that comes again would keep us asking for ever.
    """
    known: dict[object, Value] = {}
    offset = 0
    while True:
        rows = await page(offset)
        fresh = {identity(row): row for row in rows if identity(row) not in known}
        known |= fresh
        if len(rows) < size or not fresh:
            return list(known.values())
        offset += size


def send_parameters(message: Message) -> dict[str, object]:
    """API: SendSms. What does not apply is left out."""
    optional = {"SignName": message.signature, "TemplateParamSet": list(message.parameters)}
    return {
        "PhoneNumberSet": [message.number.e164],
        "TemplateId": str(message.template),
        "SessionContext": message.session,
        **{name: value for name, value in optional.items() if value},
    }


def windows(first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Years, one after the other, that cover the time from `first` to `last`."""
    while first < last:
        yield first, min(first + WINDOW, last)
        first += WINDOW


def hour(moment: datetime) -> str:
    """API: yyyymmddhh, in the account's zone."""
    return f"{moment.astimezone(ACCOUNT_ZONE):%Y%m%d%H}"
