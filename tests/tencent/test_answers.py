"""Answers become values, or are garbled by the name of a field; nothing between."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sms.cloud import Garbled
from bot.tencent import answers
from bot.tencent.answers import Row, opened
from bot.tencent.policy import Action

Fields = dict[str, object]

PACKAGE: Fields = {
    "PackageId": 12,
    "PackageType": 0,
    "PackageAmount": 1000,
    "CurrentUsage": 1001,
    "PackageCreateTime": 1700000000,
    "PackageEffectiveTime": 1800000000,
    "PackageExpiredTime": 1700000000,
}
SENT: Fields = {"FeeCount": 3, "RequestCount": 2, "RequestSuccessCount": 1}
RECEIPTS: Fields = {
    "CallbackCount": 1,
    "RequestSuccessCount": 2,
    "CallbackFailCount": 3,
    "CallbackSuccessCount": 4,
    "InternalErrorCount": 5,
    "InvalidNumberCount": 6,
    "ShutdownErrorCount": 7,
    "BlackListCount": 8,
    "FrequencyLimitCount": 9,
}
DELIVERY: Fields = {
    "UserReceiveTime": 1700000000,
    "PhoneNumber": "+8613800138000",
    "SerialNo": "s",
    "ReportStatus": "FAIL",
    "Description": "MK:0001",
}
REPLY: Fields = {
    "PhoneNumber": "+8613800138000",
    "SignName": "星河科技",
    "ReplyContent": "R",
    "ReplyTime": 1700000000,
    "ExtendCode": None,
}
SIGNATURE: Fields = {
    "SignId": 1,
    "International": 0,
    "StatusCode": -1,
    "ReviewReply": "no",
    "SignName": "星河",
    "CreateTime": 1700000000,
}
TEMPLATE: Fields = {
    "TemplateId": 1,
    "International": 1,
    "StatusCode": 2,
    "ReviewReply": "",
    "TemplateName": "n",
    "TemplateContent": "t {1}",
    "CreateTime": 1700000000,
}
NUMBER: Fields = {"Code": "Ok", "PhoneNumber": "+8613800138000", "IsoCode": "CN", "IsoName": "China"}

# How each answer is read, and one that is good.
READERS: Mapping[Action, tuple[Callable[[Row], object], Fields]] = {
    "SmsPackagesStatistics": (answers.packages, {"SmsPackagesStatisticsSet": [PACKAGE]}),
    "SendStatusStatistics": (answers.send_counts, {"SendStatusStatistics": SENT}),
    "CallbackStatusStatistics": (answers.receipt_counts, {"CallbackStatusStatistics": RECEIPTS}),
    "PullSmsSendStatusByPhoneNumber": (answers.deliveries, {"PullSmsSendStatusSet": [DELIVERY]}),
    "PullSmsReplyStatusByPhoneNumber": (answers.replies, {"PullSmsReplyStatusSet": [REPLY]}),
    "DescribeSmsSignList": (answers.signatures, {"DescribeSignListStatusSet": [SIGNATURE]}),
    "DescribeSmsTemplateList": (answers.templates, {"DescribeTemplateStatusSet": [TEMPLATE]}),
    "DescribePhoneNumberInfo": (answers.number_infos, {"PhoneNumberInfoSet": [NUMBER]}),
}
OPTIONAL = {"SignName", "ExtendCode", "ReviewReply", "IsoCode", "IsoName"}
each_answer = pytest.mark.parametrize("action", READERS)
junk = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@each_answer
def test_a_good_answer_is_read_with_fields_that_nobody_knows_yet(action: Action) -> None:
    reader, fields = READERS[action]

    plain, grown = reader(row(action, fields)), reader(row(action, grown_by_one(fields)))

    assert plain
    assert plain == grown


@each_answer
def test_a_field_that_is_missing_is_named_with_the_action_and_the_request(action: Action) -> None:
    reader, fields = READERS[action]

    for name in inner(fields).keys() - OPTIONAL:
        with pytest.raises(Garbled) as caught:
            reader(row(action, changed(fields, name)))
        assert str(caught.value.details["what"]).endswith(name)
        assert (caught.value.action, caught.value.request_id) == (action, "r-1")


@each_answer
@settings(max_examples=40)
@given(data=st.data())
def test_whatever_stands_in_a_field_the_answer_is_read_or_garbled(
    action: Action, data: st.DataObject
) -> None:
    reader, fields = READERS[action]
    name = data.draw(st.sampled_from(sorted(inner(fields))))

    outcome = read(reader, row(action, changed(fields, name, data.draw(junk))))

    assert not isinstance(outcome, Garbled) or str(outcome.details["what"]).endswith(name)


@each_answer
@settings(max_examples=20)
@given(value=junk)
def test_whatever_stands_for_the_whole_the_answer_is_read_or_garbled(action: Action, value: object) -> None:
    reader, fields = READERS[action]
    (name,) = fields

    outcome = read(reader, row(action, {name: value}))

    assert outcome == [] or isinstance(outcome, Garbled)


def test_the_times_of_a_package_are_put_in_order() -> None:
    (package,) = answers.packages(row("SmsPackagesStatistics", {"SmsPackagesStatisticsSet": [PACKAGE]}))

    assert package.starts == datetime.fromtimestamp(1700000000, UTC)
    assert package.ends == datetime.fromtimestamp(1800000000, UTC)
    assert (package.id, package.bought, package.left) == ("12", False, 0)


def test_packages_that_are_null_are_no_balance_of_zero() -> None:
    with pytest.raises(Garbled):
        answers.packages(row("SmsPackagesStatistics", {"SmsPackagesStatisticsSet": None}))


def test_every_counter_goes_where_it_belongs() -> None:
    sent = answers.send_counts(row("SendStatusStatistics", {"SendStatusStatistics": SENT}))
    came = answers.receipt_counts(row("CallbackStatusStatistics", {"CallbackStatusStatistics": RECEIPTS}))

    assert (sent.billed, sent.requests, sent.accepted) == (3, 2, 1)
    assert (came.receipts, came.accepted, came.failed, came.delivered) == (1, 2, 3, 4)
    assert (came.internal_error, came.invalid_number, came.powered_off) == (5, 6, 7)
    assert (came.blacklisted, came.frequency) == (8, 9)


@pytest.mark.parametrize(
    ("code", "review"),
    [(0, "usable"), (1, "reviewing"), (2, "not_in_force"), (-1, "rejected"), (7, "unknown")],
)
def test_a_review_is_told_by_its_state(code: int, review: str) -> None:
    fields = {"DescribeTemplateStatusSet": [{**TEMPLATE, "StatusCode": code}]}

    (template,) = answers.templates(row("DescribeSmsTemplateList", fields))

    assert template.review == review


@pytest.mark.parametrize(
    ("place", "international", "everywhere"), [(0, False, False), (1, True, False), (3, True, True)]
)
def test_a_template_is_for_the_mainland_or_abroad_or_both(
    place: int, *, international: bool, everywhere: bool
) -> None:
    fields = {"DescribeTemplateStatusSet": [{**TEMPLATE, "International": place}]}

    (template,) = answers.templates(row("DescribeSmsTemplateList", fields))

    assert (template.international, template.everywhere) == (international, everywhere)


def test_what_is_garbled_never_shows_its_value() -> None:
    fields = {"PullSmsSendStatusSet": [{**DELIVERY, "PhoneNumber": "about 13800138000"}]}

    with pytest.raises(Garbled) as caught:
        answers.deliveries(row("PullSmsSendStatusByPhoneNumber", fields))

    assert caught.value.details["what"] == "PullSmsSendStatusSet[0].PhoneNumber"
    assert "138" not in str(caught.value)


def read(reader: Callable[[Row], object], answer: Row) -> object:
    try:
        return reader(answer)
    except Garbled as error:
        return error


def row(action: Action, fields: Mapping[str, object]) -> Row:
    return opened(action, {**fields, "RequestId": "r-1"})


def inner(fields: Fields) -> Fields:
    """The one object that an answer holds, in a list or bare."""
    (value,) = fields.values()
    found = value[0] if isinstance(value, list) else value
    assert isinstance(found, dict)
    return found


def grown_by_one(fields: Fields) -> Fields:
    return replaced(fields, {**inner(fields), "Unheard": {"of": [1]}})


def changed(fields: Fields, name: str, *values: object) -> Fields:
    """The answer with another value in one field, or without that field."""
    rest = {key: value for key, value in inner(fields).items() if key != name}
    return replaced(fields, rest | ({name: values[0]} if values else {}))


def replaced(fields: Fields, new: Fields) -> Fields:
    ((name, value),) = fields.items()
    return {name: [new] if isinstance(value, list) else new}
