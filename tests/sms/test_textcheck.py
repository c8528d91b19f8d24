"""What of a text would be refused, and what would not: the shipped rules on real-life texts."""

from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.faq.entry import Form, Guess, MessageKind, Rule, RuleBook, Sought, Wording
from bot.faq.folder import RULES, read_table
from bot.faq.library import rules_of
from bot.faq.normalise import Normaliser
from bot.faq.shapes import RuleFile
from bot.language import Both
from bot.sms.report import EntryTitle, Listing, Say
from bot.sms.textcheck import SEVERITIES, Checked, Rules, check_text, finding_parts

KNOWLEDGE = Path(__file__).parent.parent.parent / "knowledge"
FOLD = Normaliser().normalise
KINDS = get_args(MessageKind)


def shipped() -> RuleBook:
    source = read_table(KNOWLEDGE, RULES, [])
    shape = source.shaped(RuleFile) if source else None
    assert shape
    return rules_of(shape)


BOOK = shipped()
RULEBOOK = Rules(BOOK, FOLD)


class Case(NamedTuple):
    """A text that breaks a rule with `words`, and one close to it that doesn't; the kind guessed if None."""

    rule: str
    text: str
    words: tuple[str, ...]
    near: str
    kind: MessageKind | None = None
    parameters: tuple[str, ...] = ()
    near_parameters: tuple[str, ...] = ()


CASES = [
    Case("empty", "【星河科技】 ", (), "【星河科技】您好"),
    Case("too_long", "【星河科技】" + "字" * 495, (), "【星河科技】" + "字" * 494),
    Case("all_variable", "【星河科技】{1}，{2}！", ("{1}", "{2}"), "【星河科技】您好，{1}！"),
    Case(
        "braces", "【星河科技】验证码｛1｝，{2}分钟内有效", ("｛1｝",), "【星河科技】验证码{1}，{2}分钟内有效"
    ),
    Case("braces", "您的订单${order}已发货", ("${order}",), "您的订单号 $12 已发货"),
    Case("braces", "您的验证码是#code#", ("#code#",), "#双11# 活动已结束，感谢参与"),
    Case("braces", "您的验证码是{ 1 }", ("{ 1 }",), "您的验证码是{1}"),
    Case("braces", "您的验证码是{1，请勿告诉他人", ("{",), "您的验证码是{1}，请勿告诉他人"),
    Case("braces", "Hi {name}, your order has shipped", ("{name}",), "Hi, order {1} has shipped"),
    Case("braces", "本周用量达到%s", ("%s",), "本周用量达到80%，请关注"),
    Case("numbering", "订单{1}已由{3}送达", ("{3}",), "订单{1}已由{2}送达"),
    Case("numbering", "订单{0}已由{1}送达", ("{0}", "{1}"), "订单{1}已送达，感谢光临"),
    Case("numbering", "订单{2}已由{1}送达", ("{2}", "{1}"), "订单{1}，运单{1}"),
    Case("repeated_variable", "订单{1}，运单{1}已发出", ("{1}",), "订单{1}，运单{2}已发出"),
    Case("brackets", "【星河科技】您的【加急】工单已处理", ("【加急】",), "【星河科技】您的“加急”工单已处理"),
    Case("brackets", "您的工单已处理【星河科技】", ("【星河科技】",), "您的工单已处理（星河科技）"),
    Case("signature_length", "【星】您的工单已处理", ("星",), "【星河】您的工单已处理"),
    Case(
        "signature_length",
        "【北京星河云端信息技术有限公司】您的工单已处理",
        ("北京星河云端信息技术有限公司",),
        "【北京星河云端信息技术公司】您的工单已处理",
    ),
    Case("signature_characters", "【星河-科技】您的工单已处理", ("-",), "【星河Tech2】您的工单已处理"),
    Case("neutral_signature", "【系统通知】您的工单已处理", ("系统通知",), "【星河通知】您的工单已处理"),
    Case("neutral_signature", "【測試】您好", ("測試",), "【测试猫】您好"),
    Case("neutral_signature", "【ＴＥＳＴ】hello", ("ＴＥＳＴ",), "【Testo】hello"),
    Case(
        "link_in_value",
        "您的账单：{1}，请查收",
        ("https://t.cn/A6x",),
        "您的账单：{1}，请查收",
        parameters=("https://t.cn/A6x",),
        near_parameters=("3.14 元",),
    ),
    Case(
        "link_in_value",
        "详见{1}",
        ("dwz.cn/abc1",),
        "详见{1}",
        parameters=("dwz.cn/abc1",),
        near_parameters=("用户手册v1.2",),
    ),
    Case(
        "variable_in_link",
        "物流详情 https://xinghe.com/t/{1} 查看",
        ("https://xinghe.com/t/{1}",),
        "物流详情 https://xinghe.com/t ，单号{1}",
    ),
    Case(
        "variable_in_link",
        "打开 xinghe.com/o?id={1} 评价",
        ("xinghe.com/o?id={1}",),
        "打开 xinghe.com 评价 {1}",
    ),
    Case("variable_in_link", "详情见{1}.xinghe.com", ("{1}.xinghe.com",), "详情见{1}. Xinghe"),
    Case("verification_code", "验证码：A1B2C3，请勿泄露", ("A1B2C3",), "验证码：123456，请勿泄露"),
    Case("link_as_variable", "缴费成功，点击{1}查看电子票", ("点击{1}",), "缴费成功，票号{1}，点击菜单查看"),
    Case("link_as_variable", "Track it here, link: {1}", ("link: {1}",), "Track it with number {1}"),
    Case(
        "link_in_verification",
        "验证码{1}，在 https://xinghe.com 输入",
        ("https://xinghe.com",),
        "验证码{1}，在星河官网输入",
    ),
    Case("link", "账单已出，见 https://xinghe.com/bill", ("https://xinghe.com/bill",), "账单已出，版本3.2.1"),
    Case("link", "账单已出，见 www.xinghe.com。", ("www.xinghe.com",), "请发邮件到 help@xinghe.com 咨询"),
    Case(
        "verification_value",
        "您的验证码是{1}",
        ("A1B2C3",),
        "您的验证码是{1}",
        parameters=("A1B2C3",),
        near_parameters=("012345",),
    ),
    Case(
        "verification_value",
        "验证码{1}，{2}分钟内有效",
        ("1234567",),
        "您的取件码是{1}",
        parameters=("1234567", "5"),
        near_parameters=("1234567",),
    ),
    Case("verification_code", "您的验证码是12345678", ("12345678",), "您的验证码是123456"),
    Case(
        "verification_code",
        "Your verification code is AB12CD.",
        ("AB12CD",),
        "Your verification code is 1234.",
    ),
    Case("verification_name", "尊敬的{1}，验证码{2}", ("尊敬的{1}",), "尊敬的用户，验证码{1}"),
    Case("opt_out", "【星河商城】会员日全场5折", (), "【星河商城】会员日全场5折，拒收请回复R"),
    Case("opt_out", "【星河商城】会员日全场5折，回T退订", (), "【星河商城】会员日全场5折，拒收请回復r"),
    Case("opt_out", "【星河商城】感谢支持，拒收请回复T", (), "【星河商城】感谢支持，拒收请回复Ｒ"),
    Case("opt_out", "【星河商城】感谢支持，拒收请回R", (), "【星河商城】感谢支持，拒收请回复R"),
    Case("acquisition", "新人礼包等你来拿，拒收请回复R", ("新人礼包",), "会员礼包等你来拿，拒收请回复R"),
    Case(
        "acquisition",
        "Sign up now and save! 拒收请回复R",
        ("Sign up now",),
        "Thanks for signing up! 拒收请回复R",
    ),
    Case("decoration", "老房翻新、全屋定制特惠，拒收请回复R", ("老房翻新", "全屋定制"), "您申报的装修已批准"),
    Case("education_marketing", "秋季招生名额有限，拒收请回复R", ("招生",), "秋装上新，拒收请回复R"),
    Case("education", "请家长于周五前缴纳学费", ("学费",), "请住户于周五前缴纳水费"),
    Case("real_estate", "您关注的楼盘已更新户型", ("楼盘",), "您关注的磁盘已更新固件"),
    Case(
        "real_estate",
        "New apartments for sale near you",
        ("apartments for sale",),
        "Your apartment key is ready",
    ),
    Case("finance", "今日牛股推荐，涨停在即", ("牛股", "涨停"), "您捐赠给星河基金会的善款已收到"),
    Case("finance", "您正在登录星河证券，验证码{1}", ("证券",), "您的公积金验证码{1}"),
    Case("finance", "Free stock tips every day", ("stock tips",), "Your size is back in stock"),
    Case("loans", "您有一笔貸款待确认", ("貸款",), "您有一笔货款待确认"),
    Case("loans", "Your LOAN was approved", ("LOAN",), "Your loaner car is ready"),
    Case(
        "loan_app",
        "借款就用星河，下载https://a.cn/x",
        ("借款就用星河，下载https://a.cn/x",),
        "下载星河地图 https://a.cn/x",
    ),
    Case("debt_collection", "您的欠款已逾期，请尽快还清", ("欠款", "尽快还清"), "您借阅的图书已逾期，请归还"),
    Case(
        "debt_collection", "Pay your outstanding balance", ("outstanding balance",), "Your balance is 20 yuan"
    ),
    Case("recruiting", "恭喜通过初筛，邀您参加面试", ("面试",), "恭喜通过初审，邀您参加面签"),
    Case("recruiting", "We are hiring drivers", ("We are hiring",), "Your hire car is ready"),
    Case("recruiting", "星河招聘：岗位有新回复", ("招聘",), "您正在登录星河招聘，验证码{1}"),
    Case("rebates", "晒单好评返现5元", ("好评返现",), "您的退款5元已返回原账户"),
    Case("rebates", "Get 5% cash back", ("cash back",), "Get your cash receipt back"),
    Case("groups", "加客服微信领福利", ("加客服微信",), "您的微信支付凭证已生成"),
    Case("groups", "快加入QQ群吧", ("QQ群",), "您的QQ邮箱已验证"),
    Case("groups", "详询VX：xinghe2025", ("VX：xinghe2025",), "您正在绑定微信，请确认"),
    Case("groups", "关注星河公众号查进度", ("关注星河公众号",), "进度可在公众号查询"),
    Case("groups", "Add us on WeChat today", ("Add us on WeChat",), "Paid with WeChat Pay"),
    Case("forbidden", "代开发票请联系我们", ("代开发票",), "您的发票已开具"),
]

# What teams really send. Each has to pass without a word of warning: false alarms cost trust.
CLEAN = [
    "【星河科技】您的验证码是{1}，{2}分钟内有效，请勿泄露给他人。",
    "【星河科技】验证码：{1}，您正在登录，若非本人操作请忽略。",
    "【星河云】{1}为您的登录验证码，请于{2}分钟内填写，如非本人操作，请忽略本短信。",
    "【星河云】您正在修改密码，动态码{1}，工作人员不会向您索要，请勿告诉任何人。",
    "【星河云】您正在绑定微信，验证码{1}，5分钟内有效。",
    "您的验证码是123456，5分钟内有效。如非本人操作，请忽略。",
    "【星河商城】您的订单{1}已支付成功，我们会尽快为您发货。",
    "【星河商城】订单{1}已发货，{2}快递，运单号{3}，请注意查收。",
    "【星河驿站】您的包裹已到幸福路店，取件码{1}，请于22点前取走。",
    "【星河驿站】快递已放入3号楼丰巢柜，凭取件码{1}取件，超时将收取保管费。",
    "【星河商城】您申请的退款{1}元已原路退回，预计1-3个工作日到账。",
    "【星河商城】您的会员将于{1}到期，续费后可继续使用全部权益。",
    "【星河医院】您预约的{1}门诊时间为{2}，请提前15分钟到院取号。",
    "【星河医院】您的体检报告已出，可携带身份证到一楼大厅领取。",
    "【星河物业】因管道检修，明日9:00-17:00停水，请提前做好储水准备。",
    "【星河水务】您户号{1}本月用水{2}吨，应缴水费{3}元，请及时缴纳。",
    "【星河航空】您预订的{1}航班因天气原因延误，预计{2}起飞，请留意机场广播。",
    "【星河酒店】您预订的大床房已确认，入住日期{1}，前台电话010-88886666。",
    "【星河影院】您购买的{1}电影票取票码为{2}，请在开场前到自助机取票。",
    "【星河运维】主机{1}的CPU使用率超过90%，持续5分钟，请及时处理。",
    "【星河云】您的云服务器{1}将于7天后到期，请及时续费，以免影响业务。",
    "【星河出行】您的行程已结束，车费{1}元，请在App内支付。",
    "【星河会议】提醒：{1}将于今天{2}开始，会议号{3}。",
    "【星河售后】您的报修单{1}已受理，工程师将于{2}上门，请保持电话畅通。",
    "【星河图书馆】您借阅的《{1}》将于{2}到期，请按时归还或续借。",
    "【星河餐厅】您预约的{1}人桌已为您保留至{2}，期待光临。",
    "【星河停车】您的车辆{1}已驶入，入场时间{2}，前30分钟免费。",
    "【星河商城】尊敬的会员，周年庆全场8折，仅限本周末，到店出示会员码即可，拒收请回复R",
    "【星河超市】会员日来啦！满100减20，鲜果低至5折，欢迎到店选购。拒收请回复R",
    "【星河美妆】亲爱的会员，您的生日礼券50元已到账，30天内有效，拒收请回复R",
    "【星河健身】老会员续卡立减200元，赠私教课1节，详询门店前台，拒收请回复R",
    "【星河人事】本月考勤已生成，请于{1}前核对。",
    "【星河人事】您的入职一周年纪念品已寄出，请注意查收。",
    "【星河酒店】可在App查看房型与房价，厨房产品由门店提供。",
    "【星河酒店】退房后押金将全额返还至原账户。",
    "【星河酒店】酒店位于环球金融中心A座，办理入住请出示身份证。",
    "【星河石油】您已扫码加油，消费{1}元，电子发票稍后发送。",
    "【星河物联】设备{1}电量低至5%，请及时充电。",
    "【星河财务】请核对以下款项：合同{1}，金额{2}元。",
    "【星河展会】展览今日结束，请返现场领取寄存物品。",
    "【星河旅行】您预订的旅行社招待所已确认，国内推出的新航线{1}已开通。",
    "【星河门诊】请家长携带接种本，于{1}到院接种疫苗。",
    "【星河云】您的短信额度已不足10%，请在App内购买套餐包。",
    "【星河社区】志愿者深入群众活动将于{1}举行，请准时参加。",
    "【星河文具】提升学习效率，会员专享9折，整装待发！全场包邮，拒收请回复R",
    "【星河食品】原产地产品直发，会员满99元包邮，拒收请回复R",
    "【星河商城】您购买的房卡套与折叠椅已发货，售后请联系在线客服。",
    "【星河商城】如有疑问欢迎咨询客服，咨询热线4008888888。",
    "【星河支付】您已通过微信支付向{1}付款{2}元。",
    "【星河公益】您向星河基金会捐赠的{1}元已入账，感谢您的爱心。",
    "【星河政务】您的不动产登记已办结，请到办证大厅3号窗口领取。",
    "【星河政务】您已预约出入境证件办理，时间{1}，请携带身份证。",
    "【星河热线】感谢您参与满意度调查，本次服务请回复1-5分。",
    "【星河电力】因线路检修，{1}将停电，恢复时间{2}。",
    "【星河物流】司机{1}将于{2}到达，请安排卸货，车牌{3}。",
    "Your verification code is {1}. It expires in {2} minutes. Do not share it with anyone.",
    "{1} is your Xinghe login code. If you did not request it, ignore this message.",
    "Hi, your order {1} has shipped and will arrive on {2}.",
    "Xinghe: your parcel is ready for pickup. Pickup code {1}. Open until 9 pm.",
    "Reminder: your appointment with Dr. Chen is tomorrow at 10:30. Call us to reschedule.",
    "Your flight XH812 is delayed by 40 minutes. New departure time: 18:05, gate B12.",
    "Server {1}: disk usage above 90%. Please check.",
    "Please go to gate {1}. Doors open {2}.",
    "A 10% discount was applied to your order {1}. Our after-sale team is happy to help.",
    "The finance team has approved your invoice {1}.",
    "Your refund of {1} has been issued to your original payment method.",
]


@pytest.mark.parametrize("case", CASES, ids=[f"{it.rule}-{at}" for at, it in enumerate(CASES)])
def test_a_rule_names_the_words_that_break_it(case: Case) -> None:
    found = {it.rule: it.words for it in check_text(case.text, RULEBOOK, case.kind, case.parameters).findings}

    assert found.get(case.rule) == case.words


@pytest.mark.parametrize("case", CASES, ids=[f"{it.rule}-{at}" for at, it in enumerate(CASES)])
def test_a_near_miss_is_left_alone(case: Case) -> None:
    assert case.rule not in rules_broken(check_text(case.near, RULEBOOK, case.kind, case.near_parameters))


def test_every_shipped_rule_has_its_texts_here() -> None:
    assert {rule.name for rule in BOOK.rules} == {case.rule for case in CASES}


def test_every_form_that_the_program_can_check_is_among_the_shipped_rules() -> None:
    assert {rule.about for rule in BOOK.rules if not isinstance(rule.about, Sought)} == set(get_args(Form))


@pytest.mark.parametrize("text", CLEAN)
def test_an_ordinary_text_raises_no_alarm(text: str) -> None:
    checked = check_text(text, RULEBOOK)

    assert [(it.rule, it.words) for it in checked.findings if it.severity != "hint"] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("【星河科技】您的验证码是{1}", "verification"),
        ("Your login code is {1}", "verification"),
        ("【星河商城】凭短信验证码到店，全场5折，拒收请回复R", "marketing"),
        ("领券前请输入验证码{1}", "verification"),
        ("年终大促，鲜果低至九折", "marketing"),
        ("Buy one, get one free. Reply STOP to opt out.", "marketing"),
        ("您的订单已发货", "notification"),
        ("Your order has shipped", "notification"),
    ],
)
def test_the_kind_of_a_message_is_guessed_from_its_words(text: str, kind: MessageKind) -> None:
    checked = check_text(text, RULEBOOK)

    assert (checked.kind, checked.guessed) == (kind, True)


def test_a_kind_that_is_given_is_not_guessed() -> None:
    checked = check_text("您的订单已发货", RULEBOOK, "marketing")

    assert (checked.kind, checked.guessed) == ("marketing", False)
    assert "opt_out" in rules_broken(checked)


def test_the_gravest_findings_come_first() -> None:
    checked = check_text("【通知】新人礼包：点击{1}，见 https://a.cn ，贷款可下载", RULEBOOK, "marketing")

    severities = [SEVERITIES.index(it.severity) for it in checked.findings]

    assert severities == sorted(severities)
    assert set(severities) == {0, 1, 2}


def test_the_signature_in_front_is_counted_and_taken_for_one() -> None:
    checked = check_text(" 【星河科技】您好 ", RULEBOOK)

    assert (checked.signature, checked.text, checked.segments.units) == ("星河科技", "【星河科技】您好", 8)


def test_of_an_empty_text_nothing_else_is_said() -> None:
    assert rules_broken(check_text("【星河科技】", RULEBOOK)) == {"empty"}
    assert rules_broken(check_text("", RULEBOOK)) == {"empty"}


@pytest.mark.parametrize(
    ("signature", "neutral"),
    [
        ("通知", True),
        ("通知通知2", True),
        ("7", False),
        ("第7组", True),
        ("星河通知", False),
        ("通" * 500, False),
    ],
)
def test_a_signature_is_judged_as_a_whole(signature: str, *, neutral: bool) -> None:
    wording = Wording(("通知", "通知通知", "知"), patterns=("第[0-9]+组",))
    rules = Rules(RuleBook((rule_about(Sought(wording, where="signature")),), ()), FOLD)

    assert bool(check_text(f"【{signature}】您好", rules).findings) == neutral


def test_values_of_variables_are_counted_and_looked_at() -> None:
    checked = check_text("您好，{1}的{2}", RULEBOOK, parameters=("贷款",))

    assert checked.text == "您好，贷款的{2}"
    assert checked.variables == ("{1}", "{2}")
    assert "loans" in rules_broken(checked)


def test_only_a_text_without_chinese_is_counted_for_abroad() -> None:
    assert check_text("您好", RULEBOOK).overseas is None

    english = check_text("Price: €5", RULEBOOK).overseas

    assert english is not None
    assert (english.units, english.encoding) == (10, "gsm")


@pytest.mark.parametrize("text", ["贷\u200b款到账", "貸款到账", "小额ＬＯＡＮ", "a Loan for you"])
def test_capitals_width_old_characters_and_hidden_ones_hide_nothing(text: str) -> None:
    assert "loans" in rules_broken(check_text(text, RULEBOOK))


def test_findings_are_told_with_the_answer_that_they_come_from() -> None:
    checked = check_text("【星河】贷款、借款、放款、网贷、车贷、房贷，返现", RULEBOOK, "notification")

    (listing,) = finding_parts(checked)

    assert isinstance(listing, Listing)
    loans, rebates = (it.details for it in listing.rows if isinstance(it, Say))
    assert loans["words"] == "贷款 · 借款 · 放款 · 网贷 · 车贷"
    assert loans["see"] == EntryTitle("content/loans")
    assert rebates["see"] == EntryTitle("content/rebates")


def test_long_words_are_told_by_their_beginning() -> None:
    (listing,) = finding_parts(check_text("戳 https://a.cn/" + "x" * 90, RULEBOOK, "notification"))

    assert isinstance(listing, Listing)
    assert isinstance(listing.rows[0], Say)
    assert listing.rows[0].details["words"] == "https://a.cn/" + "x" * 27 + "…"


def test_a_rule_without_words_is_told_without() -> None:
    (listing,) = finding_parts(check_text("会员日5折", RULEBOOK))

    assert isinstance(listing, Listing)
    assert isinstance(listing.rows[0], Say)
    assert "words" not in listing.rows[0].details


def test_an_exception_covers_its_own_words_only() -> None:
    rules = Rules(RuleBook((rule_about(Sought(Wording(("基金",), unless=("基金会",)))),), ()), FOLD)

    both = check_text("基金会推荐的基金", rules).findings

    assert [it.words for it in both] == [("基金",)]
    assert check_text("基金会", rules).findings == ()


def test_guesses_are_tried_in_their_order() -> None:
    rules = Rules(
        RuleBook((), (Guess("marketing", Wording(("a",))), Guess("verification", Wording(("a", "b"))))), FOLD
    )

    assert [check_text(it, rules).kind for it in ("a b", "b", "c")] == [
        "marketing",
        "verification",
        "notification",
    ]


@given(
    text=st.text(max_size=200)
    | st.lists(st.sampled_from([*CLEAN, "{", "｛1}", "【", "】", "贷款"])).map("".join),
    kind=st.sampled_from([None, *KINDS]),
    parameters=st.lists(st.text(max_size=10), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_checked_and_its_words_stand_in_it(
    text: str, kind: MessageKind | None, parameters: list[str]
) -> None:
    checked = check_text(text, RULEBOOK, kind, parameters)

    everything = "\n".join((text, *parameters))
    assert all(word in everything for finding in checked.findings for word in finding.words)
    assert (checked.segments.count == 0) == (checked.text == "")


def rules_broken(checked: Checked) -> set[str]:
    return {it.rule for it in checked.findings}


def rule_about(sought: Sought) -> Rule:
    return Rule("one", "block", KINDS, "content/loans", Both("不", "no"), sought)
