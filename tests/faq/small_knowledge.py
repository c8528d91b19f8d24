"""A knowledge folder that is whole and small: two entries, three API codes, a few receipts."""

from pathlib import Path

SEGMENTS = """\
+++
zh = "多少个字算一条？"
en = "How long is one message?"
updated = 2025-06-16
ask.zh = [
    "71字几条",
    "长短信怎么拆",
]
ask.en = [
    "characters per message",
    "what does \\"70 or 67\\" mean",
]
codes = ["1004", "MK:0001"]
see = ["other/parse-error"]

[[links]]
title = "Billing"
url = "https://example.com/billing?page=2#segments"

[[links]]
title = "Prices"
url = "https://example.com/prices"
+++

## 中文

70 字以内算一条，见[价格](https://example.com/prices)。

超过后按 67 字拆分。

## English

Up to 70 characters are one message.

### Longer ones

They are split into parts of 67.
"""

PARSE_ERROR = """\
+++
zh = "为什么解析失败？"
en = "Why does parsing fail?"
updated = 2024-01-02
ask.zh = ["解析不了"]
ask.en = ["cannot parse"]
+++

## 中文

请求不是 JSON。

## English

The request is not JSON.
"""

API = """\
# Comments stand anywhere.

[[code]]
code = "FailedOperation.FailResolvePacket"
verified = "official"
retry = "never"
counterparts = ["1004"]
see = ["other/parse-error"]
zh.meaning = "解析失败。"
zh.causes = ["不是 JSON"]
zh.fix = ["检查请求"]
zh.note = "老代码里常见。"
en.meaning = "Parsing failed."
en.causes = ["Not JSON"]
en.fix = [
    "Check the request",
    "Check the address",
]
en.note = "Frequent in old code."

[[code]]
code = "LimitExceeded.DailyLimit"
verified = "official"
retry = "wait"
wait = { zh = "明天", en = "tomorrow" }
related = ["FailedOperation.FailResolvePacket"]
zh.meaning = "超过每日上限。"
en.meaning = "Over the limit of a day."
"""

LEGACY = """\
[[code]]
code = "1004"
verified = "older"
retry = "never"
alias_of = "FailedOperation.FailResolvePacket"
zh.meaning = "解析失败。"
en.meaning = "Parsing failed."
"""

RECEIPTS = """\
verified = "older"

[reason.delivered]
retry = "none"
zh.meaning = "送达。"
en.meaning = "Delivered."

[reason.powered_off]
retry = "wait"
see = ["other/parse-error"]
zh.meaning = "关机。"
zh.fix = ["开机后再发"]
en.meaning = "Switched off."
en.fix = ["Send again when it is on"]

[carrier.all]
delivered = ["DELIVRD"]

[carrier.cmcc]
powered_off = [
    "MK:0001", "MK:0002",
    "MK:0003",
]

[second.cmcc]
delivered = ["MK:0003"]
"""

FAMILIES = """\
[api.LimitExceeded]
zh = "超过上限。"
en = "A limit was reached."

[receipt.MK]
zh = "手机侧的问题。"
en = "A problem of the phone."
"""

CONCEPTS = """\
[concept.sms]
role = "domain"
zh = ["短信", "短讯"]
en = ["sms", "text message"]

[concept.refund]
zh = ["退款"]
en = ["refund", "money back"]

[concept.asking]
role = "asking"
zh = ["吗"]
en = ["how", "refund"]
"""

BEYOND = """\
[topic.scheduled-sending]
zh = ["能定时发吗"]
en = [
    "send it tomorrow",
    "schedule a message",
]
"""

PHRASES = """\
[category]
billing = { zh = "费用", en = "Billing" }
other = { zh = "其他", en = "Other" }

[answer]
source = { zh = "来源：{category}，{updated}", en = "Source: {category}, {updated}" }
between = { zh = "；", en = "; " }

[answer.unsure]
zh = "是不是：{{1}}"
en = "Did you mean: {{1}}"
"""

RULES = """\
[[guess]]
kind = "verification"
words = ["验证码", "code"]

[form.empty]
severity = "block"
see = "billing/segments"
zh = "没有正文。"
en = "There is no text."

[rule.loans]
severity = "block"
kinds = ["notification", "marketing"]
words = ["贷款", "loan"]
patterns = [
    '[0-9]+ ?% interest',
]
unless = ["贷款诈骗"]
see = "other/parse-error"
zh = "不能发贷款。"
en = "Loans can't be sent."

[rule.opt-out]
severity = "warn"
words = ["拒收请回复R"]
missing = true
where = "text"
see = "other/parse-error"
zh = "请加上 {1}。"
en = "Add {1}."
"""

FILES = {
    "faq/billing/segments.md": SEGMENTS,
    "faq/other/parse-error.md": PARSE_ERROR,
    "errors/api.toml": API,
    "errors/api-2019.toml": "code = []\n",
    "errors/platform.toml": "code = []\n",
    "errors/legacy.toml": LEGACY,
    "errors/gateway.toml": "code = []\n",
    "errors/sdk.toml": "code = []\n",
    "errors/receipts.toml": RECEIPTS,
    "errors/families.toml": FAMILIES,
    "concepts.toml": CONCEPTS,
    "beyond.toml": BEYOND,
    "rules.toml": RULES,
    "phrases.toml": PHRASES,
}


def write_knowledge(folder: Path) -> None:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
