"""What beside a number or a word shows that it is an error code, or something else."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property


class Clue:
    """A pattern that is compiled when it is first looked for: all at once, they would cost a tenth of a start."""

    def __init__(self, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self._source = (pattern, flags)

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(*self._source)

    def search(self, text: str) -> re.Match[str] | None:
        return self._compiled.search(text)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        return self._compiled.match(text, start)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self._compiled.fullmatch(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self._compiled.finditer(text)

    def findall(self, text: str) -> list[str]:
        return self._compiled.findall(text)

    def split(self, text: str) -> list[str]:
        return self._compiled.split(text)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str) -> str:
        return self._compiled.sub(replacement, text)


# A word that is nearly a code and shorter is more likely another word.
SHORTEST_SLIP = 10

# ---- How a text is made straight ----

# Full-width characters, other colons and minus signs, what is there but can't be seen, and the traditional
# characters of the words below. One character becomes one or none, so that nothing grows into a code.
STRAIGHT: dict[int, int | None] = {
    **str.maketrans(
        "錯誤報狀態執異敗碼個條塊號點萬億頁層單訂運營聯電動這幫麼決處還來餘幾達則",
        "错误报状态执异败码个条块号点万亿页层单订运营联电动这帮么决处还来余几达则",
    ),
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((0x2236, 0xFE55), ord(":")),
    **dict.fromkeys((0x00A0, 0x3000), ord(" ")),
    **dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)),
    0x2212: ord("-"),
}
COLOUR = Clue(r"\x1b\[[\d;]*m")
# Signs in a URL; letters and digits are never written so.
PERCENT = Clue(r"%(2[0-9A-F]|3[A-F]|5[BD]|7[BD])", re.IGNORECASE)
# What pasted escapes leave in front of a word: \n, \t, \u0022.
ESCAPE = Clue(r"(?<=\\)(?:[nrt]|u00[0-9A-Fa-f]{2})(?=[A-Za-z0-9])")
AROUND = " \t\r\n\"'`[]()<>,;*~|\\?!…、。“”‘’「」『』【】《》"

# ---- Carriers' receipts ----

# Read as a receipt in whatever case, since no sentence holds it by chance: MK:0012, SGIP:12, SMPP's err:012.
SURE_RECEIPT = Clue(r"(?!ID)[A-Z]{1,2}\d?:(?=\w*\d)\w{4,}|[A-Z]{4,}:-?\d+|ERR:\d{3}")
# These are also words of a sentence, Chinese ones in Latin letters, or names in a program.
ORDINARY = frozenset(
    [
        "BLACK",
        "CHECK",
        "DELIVER",
        "DISTURB",
        "ERR_NUM",
        "EXPIRED",
        "FAILD",
        "FAILED",
        "HONGZHA",
        "HTTPERROR",
        "KEYWORD",
        "LIMIT",
        "OVERDUE",
        "REFUSED",
        "REJECT",
        "SENDERR",
        "SWITCH",
        "TUIDING",
        "UNKNOWN",
    ]
)
RECEIPT_WORD = r"""
    (?: 回执 | 状态报告 | 送达报告 | receipts? | errmsg | (?<![a-z])dlr(?![a-z])
      | (?:description|(?<![a-z])stat)(?=[\s"'\\]*[:=])
      | (?:运营商|联通|电信|移动(?![端应设网])|unicom|telecom|china\ mobile|carrier)[^\d\n，。,;；]{0,8}?
        (?:返回?|回执?|报告?|给|状态(?:报告)?|错误|失败|码|code|error|err|status|report(?:s|ed)?|return(?:s|ed)?|says|gives?|gave)
    )
    (?: [\s\\"'`*_:=(\[{<>|…「“] | 的|码|代码|号|状态|信息|内容|原因|结果|返|回|报|显示|提示|是|为|了
      | (?:codes?|status|was|is|says|shows?)(?![a-z])
    ){0,12}"""
RECEIPT_AHEAD = Clue(RECEIPT_WORD, re.IGNORECASE | re.VERBOSE)
RECEIPT_BEFORE = Clue(RECEIPT_WORD + "$", re.IGNORECASE | re.VERBOSE)
# `stat:` and 回执, but not "a receipt": what stands here is a value even when it is a small word.
FIELD_BEFORE = Clue(r"(?:[:=]|回执码?|状态报告)[\s\"'\\`]*$")
STATUS_BEFORE = Clue(r"(?:状态|显示|返回?|提示|报|码|是|为)[^\w]{0,3}$")
VALUE_BEFORE = Clue(r"[:=]\s?[\"'\\]*$")
SENTENCE_BEHIND = Clue(r"\s{1,3}[A-Za-z]++(?!\w*+\s?[:=])")
BETWEEN_WORDS = r"[\s.!?,;()\[\]\"'-]{1,3}"
WORD_BEFORE = Clue(rf"([A-Za-z]++){BETWEEN_WORDS}$")
WORD_BEHIND = Clue(rf"{BETWEEN_WORDS}([A-Za-z]++)")
SMALL_NUMBER = Clue(r"-?\d++(?:[:.-]\d++|\(\d++\\++\d++)*+(?![A-Za-z0-9_*]|,\d{3}|\s?[~到至-]\s?\d)")
NUMBER_GOES_ON = Clue(r"[.:/-]\d")
AND_NUMBER = Clue(r"[\"'`]?\s{0,3}(?:[,、/]|和|与|或|及|and\b|or\b)\s{0,3}[\"'`]?(?=-?\d)", re.IGNORECASE)

# ---- Numbers ----

NUMBER = Clue(r"(?<![A-Za-z0-9])(?<![\s:=(,\"'\[]-)(?<!^-)(?:\d{4,5}|0)(?![A-Za-z0-9]|_+[A-Za-z0-9])")
LIKE_A_CODE = Clue(r"10[0-5]\d|600\d\d")
# What shows that a text speaks of codes at all, and what that a number is called one.
CODE_WORDS = Clue(
    r"错误|报错|出错|返回|报了|[报回返吐抛弹跳]\W{0,3}\d|状态码|回执|失败|异常|提示|码|code|result|return|status|fail|resp"
    r"|(?<![a-z])err|(?<![a-z])ret\b|(?-i:[a-z]Err)",
    re.IGNORECASE,
)
CALLED_CODE = Clue(
    r"(?:错误|报错|出错|返回?|报了?|状态码|异常|失败|码|codes?|err(?:or)?s?|errno|result|return(?:s|ed)?|ret)[^\w]{0,8}$",
    re.IGNORECASE,
)
ERROR_BEHIND = Clue(r"[^\w]{0,3}(?:错误|报错|error)", re.IGNORECASE)
# `"random": 1014`, `port=1014`, `Sender.java:1014`: what the number is the value of.
KEY_BEFORE = Clue(
    r"(?<![A-Za-z0-9_])([A-Za-z][\w.]*?)"
    r"(?:[\"'\\\])]+\s*[:=]>?\s*|\s*=>?\s*|[:_\-/.\[(@&]{1,3})(?:int|string\(\d+\))?[\s\"'\\(\[{<]*$"
)
CODE_KEY = Clue(
    r"(?:codes?|err|errors?|errno|errmsg|results?|ret|rtn|rc|stat(?:us|e)?|returns?|returned|resp(?:onse)?|reason"
    r"|exceptions?|fail(?:ed|ure)?|msg|message|info|body|data|value)$",
    re.IGNORECASE,
)
OTHER_KEY = Clue(
    r"(?:nation|country|area|zip|post|verif\w*|captcha|otp|invite|promo|bar|qr|pass|pin|sms)_?code$",
    re.IGNORECASE,
)
# 0 is everywhere; only here is it the old API's success.
RESULT_BEFORE = Clue(r"(?:result|ErrorCode)[\"'\\\])]*\s*[:=]>?\s*(?:int\()?[\"'\\]*$", re.IGNORECASE)
OK_BEFORE = Clue(r"(?<![A-Za-z])Code[\"'\\]*\s*[:=]\s*[\"'\\]*$", re.IGNORECASE)

UNIT = r"""
    (?: [kw]\b | [%°℃] | 程序员 | 字(?![段典体符]) | 字符(?![串集]) | 个(?!数|人[用认账资]) | 条(?![数件款]) | 元 | 块
      | 天(?![级天]) | 年 | 月(?![底初]) | 日(?![志常期频上限]) | 号(?![码错报段]) | 点(?![击进开了不])
      | 分(?![别开析类配]) | 秒 | 小时 | 毫秒 | 人(?![工为]) | 次(?![数日]) | 万 | 千 | 百 | 亿 | 位(?![置于])
      | 家 | 台 | 页(?!面) | 行(?![吗不业为]) | 层 | 楼 | 名(?!单) | 笔 | 单(?!独) | 份 | 套(?!餐) | 包(?![体头格里])
      | 种 | 度 | 倍 | 米 | 公里 | 公斤 | 斤 | 吨 | 则(?=[短简簡]) | 左右 | 上下 | 以[上下内] | 美元 | 美金 | 欧元 | 英镑 | 港币 | 人民币
      | (?: ms | s | secs? | mins? | hrs? | h | am | pm | a\.m | p\.m | o'clock | [kmgt]i?b | bytes? | bits? | kg | km
        | characters? | chars? | messages | msgs | texts | users | customers | people | persons | recipients | numbers
        | phones | times | years? | months? | weeks? | days? | hours? | minutes? | seconds? | milliseconds?
        | yuan | rmb | cny | usd | hkd | eur | euros? | pounds? | dollars? | cents?
        | credits? | segments? | parts | templates | signatures | packages | requests | calls | items | pieces | pcs | lines | pages | rows | records | retries | percent
        | gmt | utc )(?![A-Za-z])
    )"""
UNIT_BEHIND = Clue(rf"\s{{0,2}}+[多来余几+]?+\s?+{UNIT}", re.IGNORECASE | re.VERBOSE)
NAME_OF_NUMBER = r"""
    (?: (?: 端口|会议室|房间|工单|订单|单号|(?<!错误)编号|尾号|后四位|末四位|第|共|动态码|校验码|密码|邮编|门牌|学号|工号|账号|卡号
          | 流水|版本|行号|序号|分机|短号|超过|不到|最多|至少|大约|大概|将近|买了|充了|花了|付了|剩|年份|[您你]的验证码
        ) (?:号|编号|ID)?
      | 验证码(?=\s?(?:是|为|[:=]))
      | (?<![A-Za-z]) (?: ports?|no\.|pr|mr|issue|ticket|order|room|page|lines?|version|ver|v|build|u?id|ids|pid|tid|size
          | length|len|bytes|count|total|seq|random|rand|nonce|took|cost|elapsed|duration|delay|latency|timeout|offset
          | index|row|step|goroutine|thread|worker|job|task|attempt|age|ttl|max|min|fee|price|amount
          | quota|year|nearly|almost|roughly|exactly|at\ least|at\ most|up\ to|than|sent|bought|paid|otp|ending\ in|ends\ with|last\ (?:four|4)(?:\ digits)?|pin|ext|extension
          | (?:verification|login|security|confirmation)\ code )
      | [a-z](?-i:Id|ID|No|Num|Count|Size|Port|Time|Length|Total|Seq)
      | _(?:id|no|num|count|size|port|time|length|total|seq|ms)
      | [a-z]-(?!code|err|status|result)[a-z]++(?=:\ )
    )
    \s{0,2}(?:是|为|(?:is|was|of|no\.?|number)(?![A-Za-z]))?\s{0,2}[:=\#]?\s{0,2}["'(\[「“]*"""
# Numbers that are something else, with what tells so.
NO_CODE = Clue(
    rf"""
      HTTP/[\d.]++"?\s{{1,2}}\d{{3}}\s\d+                             # status and size in an access line
    | [0-9a-f*]{{8}}(?:-[0-9a-f*]{{4}}){{3}}-[0-9a-f*]{{12}}            # the id of a request
    | (?<!\d)(?=\d)(?:
          \d\d:\d\d:\d\d[.,]\d{{1,6}}\s+\d{{1,6}}\s+\d{{1,6}}(?=\s+[A-Z]\b)   # processes and threads
        | \d{{1,6}}(?=\s---\s|\s[\w-]{{1,40}}\.(?:go|cc|cpp|py):\d+\])
        | (?:\d{{1,9}}+[kMG]?+\ {{1,6}}+){{6,9}}+(?:[-\d]{{2}}:[-\d:]{{5}}\s{{1,4}}){{3}}\d*    # curl's progress
        | 1[3-9]\d[\ -]?\d{{4}}[\ -]?\d{{4}}(?!\d)                      # phone numbers
        | (?:0\d{{2,3}}|[48]00)[\ -]\d{{3,4}}[\ -]?\d{{3,4}}(?!\d)
        | \d++[*x]{{2,}}+\d+
        | (?<![A-Za-z])(?!\d{{4,5}}(?:/\d{{4,5}})++(?![\d/]))
          \d++(?:[.:/~-]\d++)++                                     # dates, times, addresses, versions
        | \d++\s?[x×*]\s?\d+
        | \d++\s{{0,2}}+[多来余几+]?+\s?+{UNIT}
        | (?<!code\ )(?<!error\ )(?<!result\ )(?<!returns\ )(?<!returned\ )\d++\ sms(?![A-Za-z])
        | \d{{4}}\s\((?=\w*\d)[0-9a-z]{{5}}\)                            # MySQL's: 1045 (28000)
      )
    | \+\s?\d[\d\ ()-]{{5,}} | \+\s?\d{{1,5}}(?!\d) | (?<!\*)\*{{4,}}+\d+
    | (?:[$¥￥€£₩₹\#№§]|(?<![A-Za-z])(?:rmb|cny|usd|hkd|eur)|人民币)\s?\d+
    | (?![\d\s])(?:mysql|mariadb|sqlstate|nsurlerrordomain|websocket|cloudflare|close\ code|onclose)
      [^\n]{{0,40}}?(?<!\d)\d{{4}}(?!\d)                              # codes of others
    | (?![\d\s]){NAME_OF_NUMBER}\d++(?![A-Za-z*-])
    """,
    re.IGNORECASE | re.VERBOSE,
)

# ---- Words ----

WORD = Clue(r"(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9]*+(?:\.[A-Za-z][A-Za-z0-9]*+)?+(?!_+[A-Za-z0-9])")
CAPITALISED = Clue(r"(?<![A-Za-z0-9_])[A-Z][A-Za-z0-9]*+(?:\.[A-Z][A-Za-z0-9]*+)?+(?!_+[A-Za-z0-9])")
CAPITALS = Clue(r"(?<![A-Za-z0-9_])[A-Z]{4}[A-Z0-9_]++(?![a-z])")
LETTER = Clue(r"[^\W\d_]")
# What people write around a code when they want it explained, and nothing else.
ASKING = Clue(
    r"请问|这个|帮忙|帮我|看看|看下|查一?下|查询|解释|求助|区别|分别|不同|和|跟|与|有|什么|啥|意思|原因|怎么|如何|咋|办|解决?|处理|回事|是|的|呢|吗|啊|呀"
    r"|\b(?:what|does|is|are|the|mean|means|meaning|of|how|to|fix|solve|explain|help|please|pls|and|or|me|look|up|difference|between|vs)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text to look through. `alone`: it holds codes and perhaps the question what they are, no more."""

    text: str
    about_sms: bool
    alone: bool

    def before(self, at: int) -> str:
        return self.text[max(0, at - 40) : at]

    def behind(self, at: int) -> str:
        return self.text[at : at + 40]


def straightened(text: str) -> str:
    """Full-width letters, digits and signs as the ordinary ones, and signs out of a URL as they were."""
    text = COLOUR.sub(" ", text.translate(STRAIGHT))
    return PERCENT.sub(lambda sign: chr(int(sign[1], 16)), text)


def folded(name: str) -> str:
    return straightened(name).strip(AROUND).upper()


def without_other_numbers(text: str) -> str:
    """The text with blanks for every number that is plainly no code: a phone number, a date, an amount."""
    return NO_CODE.sub(lambda number: " " * len(number[0]), text)


def is_code(number: str, before: str, behind: str, *, listed: bool) -> bool:
    """Whether a number is meant as a code, in a text that speaks of such."""
    if number == "0":
        return bool(RESULT_BEFORE.search(before))
    called = listed or (LIKE_A_CODE.fullmatch(number) and called_code(before, behind))
    return bool(called) and not value_of_something_else(before)


def called_code(before: str, behind: str) -> bool:
    return bool(CALLED_CODE.search(before) or ERROR_BEHIND.match(behind))


def value_of_something_else(before: str) -> bool:
    """Whether a number behind `before` is the value of a key that holds no codes."""
    key = KEY_BEFORE.search(before)
    return bool(key and (OTHER_KEY.search(key[1]) or not CODE_KEY.search(key[1])))


def pieces_of(text: str) -> list[str]:
    """What is left of a text when the asking is taken away."""
    left = re.split(r"[\s,;、。?!/]+", ASKING.sub(" ", text))
    return [piece for piece in left if re.search(r"\w", piece)]


def begins_sentence(it: Text, start: int, end: int) -> bool:
    """Whether what stands as a field's value is only the first of its words: "3 consecutive failures"."""
    return bool(VALUE_BEFORE.search(it.before(start)) and SENTENCE_BEHIND.match(it.text, end))


def receipt_with_colon(it: Text, name: str, start: int, end: int) -> bool:
    """Whether MK:0012 or LT:5 is a receipt where it stands, and not the key and value of something else."""
    written, before = it.text[start:end], it.before(start)
    if SURE_RECEIPT.fullmatch(name) or RECEIPT_BEFORE.search(before):
        return True
    if NUMBER_GOES_ON.match(it.text, end):
        return False
    if name.startswith("ID:") and before[-1:].isalpha() and not STATUS_BEFORE.search(before):
        return False
    return it.alone or (written.partition(":")[0].isupper() and " " not in written)


def suspects(it: Text) -> Iterator[re.Match[str]]:
    """The words that a misspelt code may be."""
    for word in (WORD if it.alone else CAPITALISED).finditer(it.text):
        if len(word[0]) >= SHORTEST_SLIP:
            yield word
    for word in CAPITALS.finditer(it.text):
        if it.alone or RECEIPT_BEFORE.search(it.before(word.start())):
            yield word
