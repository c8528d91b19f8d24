"""Which codes are found in a text, and what is not taken for one."""

import re
from random import Random
from time import process_time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.faq.clues import straightened
from bot.faq.codes import MOST_CODES, MOST_NEAR, CodeTable, Named, Unlisted
from bot.faq.entry import Carrier, Code, Library, Origin
from bot.language import Both


def code(
    name: str,
    origin: Origin = "api",
    meaning: str = "…",
    carrier: Carrier | None = None,
    *,
    second: bool = False,
) -> Code:
    return Code(
        name=name,
        origin=origin,
        verified="official",
        retry="never",
        meaning=Both(meaning, meaning),
        causes=Both((), ()),
        fix=Both((), ()),
        carrier=carrier,
        second=second,
    )


SIGNATURE = "FailedOperation.SignatureIncorrectOrUnapproved"
TEMPLATE = "FailedOperation.TemplateIncorrectOrUnapproved"
PARAMETERS = "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
MISSING = "FailedOperation.MissingSignature"
NO_JSON = "FailedOperation.JsonParseFail"
NO_SECRET = "AuthFailure.SecretIdNotFound"  # noqa: S105 - a code's name
DAILY_LIMIT = "LimitExceeded.PhoneNumberDailyLimit"
TIMEOUT = "InternalError.Timeout"
NETWORK = "ClientError.NetworkError"
API = [
    *(SIGNATURE, TEMPLATE, PARAMETERS, MISSING, NO_JSON, NO_SECRET, DAILY_LIMIT, TIMEOUT, NETWORK),
    "InternalError.UnknownError",
]
OLD = ["0", "1004", "1014", "1015", "1016", "1031", "1033", "1045", "60008"]
SURE_RECEIPTS = ["MK:0001", "MK:0012", "DELIVRD", "UNDELIV", "REJECTD", "UNDELIV_601", "SGIP:12", "ROUTERR"]
WORDS = ["EXPIRED", "UNKNOWN", "FAILED", "REJECT", "LIMIT", "ERR_NUM", "TUIDING"]
SHORT_RECEIPTS = ["1", "12", "13", "200", "601", "1077", "-37", "2:12", "0.1208"]
ODD_RECEIPTS = ["ID:0012", "LT:5", "E:BLACK", "ERR:012", "F132200", "CMPP30ERR:"]

FAMILY = Both("业务上没能完成", "The operation could not be done")
RECEIPT_FAMILY = Both("由手机侧返回", "Returned by the phone side")
TABLE = CodeTable(
    [
        *map(code, [*API, "Ok", "FailedOperation", "InvalidParameter"]),
        *(code(name, "legacy") for name in OLD),
        *(code(name, "receipt") for name in [*SURE_RECEIPTS, *WORDS, *SHORT_RECEIPTS, *ODD_RECEIPTS]),
    ],
    dict.fromkeys(["FailedOperation", "InvalidParameter"], FAMILY),
    dict.fromkeys(["MK", "DB", "ID"], RECEIPT_FAMILY),
)


def names(text: str, *, about_sms: bool = False) -> list[str]:
    return [it.name for it in TABLE.find(text, about_sms=about_sms).named]


def unlisted(text: str, *, about_sms: bool = False) -> list[str]:
    return [it.name for it in TABLE.find(text, about_sms=about_sms).unlisted]


# ---- Wherever a code stands ----

LOGS: list[tuple[str, list[str]]] = [
    # Java
    (f"TencentCloudSDKException: {MISSING}\n\tat com.demo.TxSms.send(TxSms.java:1014)", [MISSING]),
    (f"com.tencentcloudapi.common.exception.TencentCloudSDKException: {MISSING}-签名未审批", [MISSING]),
    ("[TencentCloudSDKException]code: AuthFailure.SecretIdNotFound message:x", [NO_SECRET]),
    ("com.a.SendException: [1016] format error, nationcode=86 mobile=+86 180****1014", ["1016"]),
    ("2024-10-14 10:14:31.123 ERROR 1031 --- [exec-1] c.x.Sms : 1016 mobile error", ["1016"]),
    # Python
    (f"[TencentCloudSDKException] code:{MISSING} message:x requestId:5be2", [MISSING]),
    ("SmsError: {'code': 1031, 'msg': '余额不足'}\n  File \"/app/tasks.py\", line 1014, in send", ["1031"]),
    # Go
    (f"[TencentCloudSDKError] Code={MISSING}, Message=x, RequestId=2c9e", [MISSING]),
    ('level=error caller=sender.go:1014 msg="rejected" result=1004 phone=+86159****3307', ["1004"]),
    ("E1014 10:14:31.123456    1031 sms.go:77] send failed: result=1016", ["1016"]),
    (f"Code={NETWORK}, Message=Fail to get response: dial tcp", [NETWORK]),
    # PHP
    (f"TencentCloudSDKException: [{MISSING}] in /www/index.php:1031", [MISSING]),
    ('array(3) { ["result"]=> int(1004) ["errmsg"]=> string(24) "…" } in Sms.php on line 1008', ["1004"]),
    ("#0 /www/index.php(1014): send failed", []),
    # Node
    ("TencentCloudSDKHttpException: x {\n  code: 'AuthFailure.SecretIdNotFound' }", [NO_SECRET]),
    ("resp => { result: 1014, errmsg: 'x' }\n    at SmsClient (/srv/sms.js:1031:19)", ["1014"]),
    # Android, syslog, nginx, curl
    ("05-28 23:05:51.101  1014  1031 E SmsTask: send failed code=60008", ["60008"]),
    ("Jun 09 03:15:44 app smsd[1031]: rejected: errcode=1033 (欠费停服) pkg_left=1014", ["1033"]),
    ('3127#1014: *88 sms: upstream body {"result":60008}, request: "POST /sms/1031 HTTP/1.1"', ["60008"]),
    ('"POST /v5/sendsms?sdkappid=1400&random=1014 HTTP/1.1" 200 1031 "-" "curl/7.1"', []),
    ('"GET /callback?errmsg=MK%3A0001&mobile=138 HTTP/1.1" 200 1031', ["MK:0001"]),
    ('* Connected to yun.tim.qq.com (10.14.10.31) port 1014 (#0)\n{"result":1004}', ["1004"]),
    ("< content-length: 1031\n< x-ratelimit-remaining: 1014\nfailed", []),
    ("100  1014  100   931  100    83   1031     91 --:--:-- --:--:-- --:--:--  1016", []),
    # Answers of API 3.0 and 2.0
    ('{"Response":{"Error":{"Code":"FailedOperation.MissingSignature","Message":"x"}}}', [MISSING]),
    (r"{\"SendStatusSet\":[{\"Fee\":0,\"Code\":\"FailedOperation.MissingSignature\"}]}", [MISSING]),
    (r"{\\\"Code\\\":\\\"FailedOperation.MissingSignature\\\"}", [MISSING]),
    (r"{\u0022Code\u0022:\u0022FailedOperation.MissingSignature\u0022}", [MISSING]),
    (r"Traceback:\nFailedOperation.MissingSignature\n", [MISSING]),
    (r"{\u0022errmsg\u0022:\u0022MK:0012\u0022}\n\tDELIVRD\r\n", ["MK:0012", "DELIVRD"]),
    ('{"result":1014,"errmsg":"模板未审批","ext":"","sid":""}', ["1014"]),
    ('{"ActionStatus":"FAIL","ErrorInfo":"x","ErrorCode":60008}', ["60008"]),
    ('{"random": 1014, "time": 1031, "tpl_id": 1016, "result": 1004}', ["1004"]),
    # Callbacks, SMPP
    ('[{"mobile":"13800001014","report_status":"FAIL","errmsg":"MK:0012","sid":"1014"}]', ["MK:0012"]),
    ('"report_status":"SUCCESS","errmsg":"DELIVRD","description":"用户短信送达成功"', ["DELIVRD"]),
    ('{"report_status":"FAIL","errmsg":"12","description":"x"}', ["12"]),
    ("id:1014 sub:001 submit date:2410141031 stat:UNDELIV err:012 text:x", ["UNDELIV", "ERR:012"]),
    # Tables
    ("136****5120,失败,1015手机号在免打扰名单库中", ["1015"]),
    ("| 1014 | 模板未审批 |", ["1014"]),
]


@pytest.mark.parametrize(("text", "expected"), LOGS)
def test_the_codes_of_a_log_are_found_and_its_other_numbers_are_not(text: str, expected: list[str]) -> None:
    found = names(text, about_sms=True)

    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "报 {}，怎么办",
        "返回{}。",
        "It says {}.",
        "“{}”",
        "「{}」",
        "'{}'",
        "`{}`",
        "**{}**",
        "_{}_ 是什么",
        "~~{}~~",
        "[{}](https://example.com)",
        "<code>{}</code>",
        "&quot;{}&quot;",
        "({}),",
        "{}…",
        "错误码：{}",
        "\x1b[31m{}\x1b[0m",
    ],
)
@pytest.mark.parametrize("name", [MISSING, "MK:0012", "1014"])
def test_what_stands_around_a_code_does_not_hide_it(text: str, name: str) -> None:
    found = names(text.format(name), about_sms=True)

    assert found == [name]


@pytest.mark.parametrize("name", [*API, *SURE_RECEIPTS])
def test_a_code_is_found_in_any_case(name: str) -> None:
    found = [names(f"see {written} there") for written in (name, name.upper(), name.lower())]

    assert found == [[name]] * 3


@pytest.mark.parametrize("name", [*API, *SURE_RECEIPTS, "1014"])
def test_a_code_is_found_in_full_width_characters(name: str) -> None:
    wide = "".join(chr(ord(it) + 0xFEE0) for it in name)

    assert names(f"错误：{wide}") == [name]


@pytest.mark.parametrize("text", ["MK : 0012", "MK: 0012", "mk：0012", "MK\u200b:0012"])
def test_a_blank_within_a_receipt_does_not_hide_it(text: str) -> None:
    assert names(text) == ["MK:0012"]


def test_several_codes_are_found_in_the_order_of_the_text() -> None:
    found = names("先报 1031，再报 FailedOperation.JsonParseFail、MK:0001，最后 1014/1016")

    assert found == ["1031", NO_JSON, "MK:0001", "1014", "1016"]


@pytest.mark.parametrize("text", ["1014 1016", "1014,1016", "1014、1016", "1014/1016", "codes=[1014, 1016]"])
def test_the_numbers_of_a_list_are_all_found(text: str) -> None:
    assert names(text) == ["1014", "1016"]


def test_a_code_that_stands_twice_is_one_code() -> None:
    assert names("报了 1014，后来还是 1014") == ["1014"]


def test_no_more_codes_are_named_than_anybody_reads() -> None:
    assert len(names(" ".join([*API, *SURE_RECEIPTS]))) == MOST_CODES


@pytest.mark.parametrize("text", ["1014", " MK:0012。", "`FailedOperation.MissingSignature`", "1014、1016"])
def test_a_text_of_codes_alone_is_bare(text: str) -> None:
    assert TABLE.find(text, about_sms=False).bare


@pytest.mark.parametrize("text", ["模板审过了还是报 1014", "今天天气不错", ""])
def test_a_text_that_says_more_or_nothing_is_not_bare(text: str) -> None:
    assert not TABLE.find(text, about_sms=True).bare


# ---- Parts of a name ----


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("FailedOperation.TemplateIncorrectOrUnapprove", TEMPLATE),
        ("报 FailedOperation.TemplateParamSetNotMa...", PARAMETERS),
        ("TemplateParamSetNotMatchAppr…", PARAMETERS),
    ],
)
def test_a_code_cut_off_at_its_end_is_found(text: str, name: str) -> None:
    assert names(text) == [name]


def test_a_beginning_that_two_codes_share_is_not_guessed_at_but_offered() -> None:
    found = TABLE.find("FailedOperation.Template", about_sms=True)

    assert found.named == ()
    assert set(found.unlisted[0].near) == {TEMPLATE, PARAMETERS}


@pytest.mark.parametrize("name", ["FailedOperation.Sig", "FailedOperation.Jso"])
def test_a_beginning_shorter_than_twenty_characters_is_too_little(name: str) -> None:
    assert isinstance(TABLE.look_up(name), Unlisted)


def test_what_stands_behind_the_dot_is_enough() -> None:
    assert names("一直报 SignatureIncorrectOrUnapproved") == [SIGNATURE]


def test_what_stands_behind_the_dot_outweighs_a_misspelt_family() -> None:
    found = TABLE.find("报 FailedOperaton.SignatureIncorrectOrUnapproved", about_sms=True)

    assert [it.name for it in found.named] == [SIGNATURE]
    assert found.unlisted == ()


@pytest.mark.parametrize("word", ["NetworkError", "UnknownError", "Timeout"])
def test_a_part_that_every_program_uses_is_no_code_in_a_sentence(word: str) -> None:
    found = TABLE.find(f"{word} when attempting to fetch a resource", about_sms=True)

    assert (found.named, found.unlisted) == ((), ())


def test_a_family_is_named_where_nothing_follows_its_dot() -> None:
    assert names("报 InvalidParameter.") == ["InvalidParameter"]


def test_a_family_is_not_named_for_a_member_that_no_table_has() -> None:
    found = TABLE.find("InvalidParameter.SomethingNew", about_sms=True)

    assert found.named == ()
    assert [it.name for it in found.unlisted] == ["InvalidParameter.SomethingNew"]


def test_only_what_codes_begin_with_is_a_family() -> None:
    assert TABLE.is_family("failedoperation")
    assert not TABLE.is_family(MISSING)


# ---- Codes that no table has ----


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("FailedOperation.SignatureIncorectOrUnaproved", SIGNATURE),
        ("SignatureIncorectOrUnaproved", SIGNATURE),
        ("InternalEror.Timeout", TIMEOUT),
        ("LimitExceeded.PhoneNumberDialyLimit", DAILY_LIMIT),
    ],
)
def test_a_misspelt_code_in_a_sentence_is_met_with_the_right_one(written: str, meant: str) -> None:
    found = TABLE.find(f"接口一直返回 {written} 怎么回事", about_sms=True)

    assert [(it.name, it.near[0]) for it in found.unlisted] == [(written, meant)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("DELIVERD", "DELIVRD"),
        ("MK0012", "MK:0012"),
        ("10144", "1014"),
        ("60009", "60008"),
        ("EXPIRD", "EXPIRED"),
        ("failedoperation.jsonparsefial", NO_JSON),
    ],
)
def test_a_mistyped_code_is_met_with_the_right_one(typed: str, meant: str) -> None:
    it = TABLE.look_up(typed)

    assert isinstance(it, Unlisted)
    assert meant in it.near


def test_the_codes_of_the_api_come_before_receipts_that_are_as_near() -> None:
    table = CodeTable([code("1112", "receipt"), code("1113", "legacy")], {}, {})

    it = table.look_up("1111")

    assert isinstance(it, Unlisted)
    assert it.near == ("1113", "1112")


def test_what_resembles_no_code_is_met_with_none() -> None:
    assert TABLE.look_up("SomethingElseAltogether") == Unlisted("SomethingElseAltogether", ())


@pytest.mark.parametrize(
    ("name", "family"),
    [("FailedOperation.QuiteNew", FAMILY), ("MK:9999", RECEIPT_FAMILY), ("QQ:9999", None)],
)
def test_a_code_that_no_table_has_tells_what_its_family_says(name: str, family: Both[str] | None) -> None:
    it = TABLE.look_up(name)

    assert isinstance(it, Unlisted)
    assert it.family == family


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("短信回执 MK:9999 是什么", ["MK:9999"]),
        ("错误码 1050", ["1050"]),
        ("1050 错误", ["1050"]),
        ("返回60010", ["60010"]),
        ("REJECTED", ["REJECTED"]),
        ("回执 DELIVERD", ["DELIVERD"]),
        ("1069 开头的短信发送失败", []),
        ("发送失败，我们用的是 1050 那台", []),
        ("模板 ID:1234 失败", []),
        ("java.lang.UnsupportedOperationException", []),
        ("SendStatusSet 里的 PhoneNumberSet", []),
    ],
)
def test_an_unlisted_code_is_reported_only_where_one_is_meant(text: str, expected: list[str]) -> None:
    found = TABLE.find(text, about_sms=True)

    assert found.named == ()
    assert [it.name for it in found.unlisted] == expected


def test_no_more_unlisted_codes_are_reported_than_anybody_reads() -> None:
    assert len(unlisted(" ".join(f"FailedOperation.New{letter}" for letter in "ABCDEFGH"))) == MOST_NEAR


# ---- Receipts ----


def test_the_readings_of_all_carriers_come_together_with_second_reasons_last() -> None:
    table = CodeTable(
        [
            code("12", "receipt", "没有答复", "telecom", second=True),
            code("12", "receipt", "空号", "unicom"),
            code("12", "receipt", "关机", "telecom"),
        ],
        {},
        {},
    )

    (named,) = table.find("回执 12", about_sms=True).named

    assert [it.meaning.zh for it in named.readings] == ["空号", "关机", "没有答复"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("回执 12", ["12"]),
        ("回執：12", ["12"]),
        ("回执码是 -37。", ["-37"]),
        ("回执12、13 和 -37 分别是什么", ["12", "13", "-37"]),
        ("状态报告：2:12", ["2:12"]),
        ("errmsg=12 mobile=13800001014", ["12"]),
        ('"Description": "0.1208"', ["0.1208"]),
        ("联通返回 12", ["12"]),
        ("China Unicom returned 601", ["601"]),
        ("receipt code -37", ["-37"]),
        ("DLR: 1", ["1"]),
    ],
)
def test_a_short_number_right_behind_a_receipt_s_word_is_a_receipt(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "-37",
        "2:12",
        "返回 200",
        "返回 1077",
        "code 12",
        "at 2:12 we sent it",
        "回执 12 条",
        "回执等了 12 分钟",
        "回执 1~2 天才到",
        "回执 12-13 号才到",
        "状态回执回调我们没返回 200，会重推几次？",
        "移动端接口返回 200",
        "电信 12 号卡",
        "联通 200 多个用户",
        'errmsg: "1 minute limit"',
        'errmsg: "12 consecutive failures"',
        "the description of 12 things",
    ],
)
def test_a_short_number_anywhere_else_is_none(text: str) -> None:
    assert names(text, about_sms=True) == []


@pytest.mark.parametrize(
    "text",
    [
        "EXPIRED",
        "EXPIRED 是什么意思",
        "回执 EXPIRED",
        "回执：expired",
        "stat:EXPIRED",
        "stat:expired err:000",
        '"errmsg":"EXPIRED","description":"x"',
        "短信状态一直是 EXPIRED",
        "UNDELIV 和 EXPIRED 有什么区别",
    ],
)
def test_a_word_in_the_place_of_a_receipt_is_one(text: str) -> None:
    assert "EXPIRED" in names(text)


def test_a_word_in_capitals_in_a_question_about_sms_is_a_receipt() -> None:
    assert names("Why do my messages come back EXPIRED so often?", about_sms=True) == ["EXPIRED"]


@pytest.mark.parametrize(
    "text",
    [
        "MY TEMPLATE EXPIRED AND WAS REJECTED, STATUS UNKNOWN, SENDING FAILED AGAIN",
        "OK NO I SEE THE LIMIT IS UNKNOWN",
        "UNKNOWN ERROR when sending",
        "BUILD FAILED in 3 s",
        "the package has expired and the limit is unknown",
        "the job status: failed",
        "errmsg: failed to parse the template",
        "errmsg: FAILED TO SEND",
        "description: unknown error in the handler",
        "expired",
        "OK",
        "NO",
        "tuiding zenme shezhi",
        "err_num = 5",
    ],
)
def test_a_word_of_a_sentence_is_no_receipt(text: str) -> None:
    found = TABLE.find(text, about_sms=True)

    assert (found.named, found.unlisted) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "模板ID:0012",
        "id: 0012",
        "if lt: 5",
        "LT:5.5",
        "redis e:black",
        "git show f132200",
        "XMK:0012",
        "UNDELIV_999",
        "routErr := send()",
        "MK:00125",
    ],
)
def test_what_only_looks_like_a_receipt_is_none(text: str) -> None:
    assert names(text, about_sms=True) == []


@pytest.mark.parametrize("name", ODD_RECEIPTS)
def test_a_receipt_of_an_odd_form_is_found(name: str) -> None:
    assert names(f"收到 {name} 这种") == [name]


# ---- Numbers ----


@pytest.mark.parametrize(
    "text",
    [
        "1014",
        "1014?",
        "1014是什么",
        "what is 1014",
        "报1014",
        "一直報錯 1014",
        "error_1014",
        "Error(1014)",
        "error 1014: template",
        "报错-1014",
        "err=1014&msg=x",
        '{"code":"1014"}',
        "result\t1014",
    ],
)
def test_a_number_that_is_called_a_code_is_one(text: str) -> None:
    assert names(text) == ["1014"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1016 号码格式不对", "1016"),
        ("1015 名单里怎么移除", "1015"),
        ("1031 条数不足", "1031"),
        ("1004 字段错在哪", "1004"),
        ("1014号错误", "1014"),
        ("1014 template not approved", "1014"),
        ("1014 of them fail", "1014"),
        ("error 1014 sms stopped", "1014"),
        ("is 1014 invalid 1014", "1014"),
    ],
)
def test_a_noun_beside_a_code_makes_no_amount_of_it(text: str, name: str) -> None:
    assert names(text, about_sms=True) == [name]


@pytest.mark.parametrize("text", ["1014 节日快乐", "今天 1014 那班车", "see you at gate 1014"])
def test_a_number_in_a_text_about_something_else_is_no_code(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    "text",
    [
        # Phone numbers
        "+86 138 1014 1016 发送失败",
        "+8613810141016 发送失败",
        "138-1014-1016 发送失败",
        "138 1014 1016 发送失败",
        "1014***1016 发送失败",
        "138****1014 发送失败",
        "+1 202 555 1014 failed",
        "0755 8888 1014 失败",
        "尾号 1014 的用户失败",
        # Dates, times, addresses, versions
        "2024-10-14 10:14:31 失败",
        "10/14 10:31 失败",
        "2024年10月14日失败",
        "10.14.10.31 失败",
        "10.0.0.1:1014 失败",
        "localhost:1014 失败",
        "fe80::1014 失败",
        "端口是 1014，失败",
        "port 1014 failed",
        "v1.1014.2 失败",
        "版本 1014 失败",
        "https://example.com/382/1014 报错",
        # Money
        "¥1014 到账失败",
        "$ 1014 failed",
        "RMB 1014 失败",
        "1,014 元到账失败",
        # Names of things
        "订单 1014 失败",
        "订单号：1014 失败",
        "order #1014 failed",
        "PR #1014 failed",
        "模板ID 1014 失败",
        "userId=1014 failed",
        "userId: 1014 failed",
        "pid 1014 failed",
        "会议室 1014 报错",
        "第1014行报错",
        "您的验证码1014，5分钟内有效，发送失败",
        "your verification code is 1014",
        "a1b2c3d4-1014-1016-1031-0123456789ab failed",
        "RequestId=2c9e****-b5**-1014-****-1d0f****83ab failed",
        '{"country_code":"1014"} failed',
        # Other amounts
        "1024x768 失败",
        "1014 * 768 失败",
        "-1014 失败",
        "failed with Code=-1014",
        "1014 sms failed",
        "took 1014 ms, failed",
        "错误码 1004-1014 都有",
        # Codes of other systems
        "ERROR 1045 (28000): Access denied for user",
        "pymysql.err.OperationalError: (1045, 'Access denied')",
        "SQLSTATE[HY000] [1045] Access denied",
        "WebSocket closed with code 1004",
    ],
)
def test_a_number_that_is_something_else_is_no_code(text: str) -> None:
    found = TABLE.find(text, about_sms=True)

    assert (found.named, found.unlisted) == ((), ())


UNITS = (
    "字 个字 字符 个 条 条短信 个号码 元 块钱 万 千 天 年 个月 日 号 点 分 分钟 秒 毫秒 小时 人 次 位 家 台 页 层 笔 份 倍 种 "
    "% ms s MB KB kb bytes k w am pm characters chars messages texts users people recipients numbers times days hours "
    "minutes seconds years yuan RMB USD dollars credits segments templates signatures requests customers °C 多条 余人 来个"
).split()


@settings(max_examples=300)
@given(
    number=st.one_of(st.sampled_from(OLD), st.integers(0, 99_999).map(str)),
    unit=st.sampled_from(UNITS),
    blank=st.sampled_from(["", " ", "\u00a0", "\u3000"]),
)
def test_a_number_with_a_unit_is_never_a_code(number: str, unit: str, blank: str) -> None:
    found = TABLE.find(f"短信发送失败了，{number}{blank}{unit}", about_sms=True)

    assert (found.named, found.unlisted) == ((), ())


@pytest.mark.parametrize("text", ['{"result":0,"errmsg":"OK"}', "ErrorCode: 0", '["result"]=> int(0)'])
def test_zero_is_a_code_as_a_result(text: str) -> None:
    assert names(text) == ["0"]


@pytest.mark.parametrize("text", ["0", "错误 0 个", '{"fee":0}', "失败率是 0", "code 0.5"])
def test_zero_is_no_code_anywhere_else(text: str) -> None:
    assert names(text, about_sms=True) == []


@pytest.mark.parametrize("text", ['"Code":"Ok"', "Code=ok, Message=send success", r"\"Code\": \"Ok\""])
def test_ok_is_a_code_as_the_value_of_code(text: str) -> None:
    assert names(text) == ["Ok"]


# ---- Any text at all ----


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    TABLE.find(text, about_sms=True)
    TABLE.look_up(text)


@settings(max_examples=300)
@given(
    before=st.text(),
    after=st.text(),
    written=st.sampled_from([*API, *SURE_RECEIPTS]).flatmap(
        lambda name: st.sampled_from([name, name.upper(), name.lower()])
    ),
)
def test_a_code_without_a_letter_beside_it_is_found_in_any_text(
    before: str, after: str, written: str
) -> None:
    assume(not re.search(r"\w\Z", straightened(before)))
    assume(not re.match(r"\w", straightened(after)))

    found = names(before + written + after)

    assert written.upper() in [name.upper() for name in found]


@pytest.mark.parametrize("name", ["MK:0012", MISSING, "1014"])
def test_a_code_at_the_top_of_a_very_long_log_is_found(name: str) -> None:
    assert names(f"error {name}\n" + "x" * 1_000_000) == [name]


@pytest.mark.parametrize(
    "text",
    [
        Random(1).randbytes(1_000_000).decode("latin-1"),  # noqa: S311 - rubbish, but the same every time
        "9" * 1_000_000,
        " " * 1_000_000,
        "1014 " * 200_000,
        "返回 1099，" * 100_000,
        " FailedOperation.Q".join(map(str, range(50_000))),
        "SignatureIncorectOrUnaproved " * 40_000,
        "a.b-c:d_" * 125_000,
        '{"errmsg":"12"},' * 60_000,
        "EXPIRED " * 125_000,
        "ﷺ" * 1_000_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_megabyte_takes_well_under_a_second(text: str) -> None:
    started = process_time()

    TABLE.find(text, about_sms=True)

    assert process_time() - started < 1


def test_a_megabyte_is_looked_up_in_well_under_a_second() -> None:
    started = process_time()

    TABLE.look_up("x" * 1_000_000)

    assert process_time() - started < 1


# ---- The shipped codes ----


@pytest.fixture(scope="module")
def table(library: Library) -> CodeTable:
    return CodeTable(library.codes, library.families, library.receipt_families)


def test_every_shipped_code_is_found_when_it_is_looked_up(table: CodeTable, library: Library) -> None:
    lost = {it.name for it in library.codes if not is_reading(it, table.look_up(it.name))}

    assert lost == set()


def test_every_shipped_code_that_needs_no_receipt_s_word_is_found_in_a_sentence(
    table: CodeTable, library: Library
) -> None:
    names = {it.name for it in library.codes if not is_short(it)}

    assert hidden(table, names, "发送失败，返回 {}，怎么办") == []


@pytest.mark.parametrize("text", ["运营商的回执是 {}，怎么办", '"report_status":"FAIL","errmsg":"{}"'])
def test_every_shipped_receipt_is_found_behind_a_receipt_s_word(
    table: CodeTable, library: Library, text: str
) -> None:
    names = {it.name for it in library.codes if it.origin == "receipt"}

    assert hidden(table, names, text) == []


def test_no_short_receipt_is_found_elsewhere(table: CodeTable, library: Library) -> None:
    # What the old API and a carrier both use is the old API's.
    old = {it.name for it in library.codes if it.origin == "legacy"}
    short = {it.name for it in library.codes if it.origin == "receipt" and is_short(it)} - old

    found = {name for name in short if table.find(f"返回 {name}，怎么办", about_sms=True).named}

    assert found == set()


def test_what_carriers_disagree_on_is_read_in_all_their_ways(table: CodeTable) -> None:
    (named,) = table.find("回执 UNDELIV", about_sms=True).named

    assert {it.carrier for it in named.readings} == {"cmcc", "unicom", "telecom"}


def is_reading(it: Code, found: Named | Unlisted) -> bool:
    return isinstance(found, Named) and it in found.readings


def is_short(it: Code) -> bool:
    """Whether a code says too little to be found without a word that announces it."""
    return it.name in {"0", "Ok"} or (it.origin == "receipt" and re.match(r"-?\d", it.name) is not None)


def hidden(table: CodeTable, names: set[str], sentence: str) -> list[str]:
    """Those of `names` that `sentence` hides; a dot at the end of one is the sentence's."""
    found = {
        name: {it.name.upper() for it in table.find(sentence.format(name), about_sms=True).named}
        for name in names
    }
    return sorted(name for name in names if not {name.upper(), name.upper().rstrip(".")} & found[name])
