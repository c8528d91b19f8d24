"""The sample account that people see without credentials: invented, and plausible."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from bot.sandbox.traffic import ZONE, Traffic, midnight
from bot.sandbox.world import (
    ABROAD,
    EVERYWHERE,
    NOT_IN_FORCE,
    REJECTED,
    REVIEWING,
    USABLE,
    Belongings,
    Package,
    Receipt,
    Reply,
    Signature,
    Template,
    World,
)

# Billed segments on a weekday, and the weeks that the valid packages last at that pace.
WEEKDAY = 4_000
WEEKS_LEFT = 3
SIGNATURE = "星河科技"

# Much was sent to the first, one message to the last, and nothing ever to the one between.
BUSY_NUMBER, QUIET_NUMBER, FOREIGN_NUMBER = "+8613800138000", "+8613900139000", "+85261234567"
# By hours ago. The last one is too old to be asked for.
BUSY_RECEIPTS = (
    (2.2, "DELIVRD"),
    (9.5, "MI:0001"),
    (26.4, "DELIVRD"),
    (27.1, "DB:0142"),
    (51.3, "DELIVRD"),
    (76.8, "MK:0017"),
    (99.6, "DELIVRD"),
    (148.2, "ID:0076"),
    (218.0, "DELIVRD"),
)
BUSY_REPLIES = ((26.3, "R"), (99.1, "请问这条验证码是你们发的吗？我没有操作过"))

Day = Callable[[int], datetime]


def sample_world(started: datetime, seed: int) -> World:
    """The account as it stands when the stand-in starts."""
    traffic = Traffic(seed, WEEKDAY)
    today = started.astimezone(ZONE).date()

    def day(offset: int) -> datetime:
        """In the morning of so many days from today."""
        return midnight(today + timedelta(days=offset)) + timedelta(hours=10, minutes=20)

    belongings = Belongings(
        packages=packages(day, traffic, today),
        signatures=signatures(day),
        templates=templates(day),
        receipts=receipts(started),
        replies=replies(started),
    )
    return World(started, belongings, traffic)


def empty_world(started: datetime) -> World:
    """Another region of the same account. API: regions are isolated, and nothing was made in this one."""
    return World(started, Belongings(), Traffic(0, 0))


def packages(day: Day, traffic: Traffic, today: date) -> tuple[Package, ...]:
    """One in use, one in reserve and a gift, which last WEEKS_LEFT; and each kind that must not be counted."""
    gift_left, reserve, amount = 600, 30_000, 100_000
    wanted = round(WEEKS_LEFT * traffic.week(today)) - gift_left - reserve
    used = amount - min(max(wanted, 0), amount)
    return (
        Package(2100101, "gift", 100, 63, day(-430), day(-430), day(-340)),
        Package(2100102, "bought", amount, amount, day(-429), day(-429), day(301)),
        Package(2100103, "bought", amount, used, day(-168), day(-168), day(562)),
        Package(2100104, "bought", reserve, 0, day(-24), day(-24), day(706), swapped=True),
        Package(2100105, "gift", 1_000, 1_000 - gift_left, day(-12), day(-12), day(18)),
        Package(2100106, "bought", 50_000, 0, day(-2), day(25), day(755)),
    )


def signatures(day: Day) -> tuple[Signature, ...]:
    return (
        Signature(4100005, "星河商城", REVIEWING, day(-1)),
        Signature(
            4100004,
            "星河",
            REJECTED,
            day(-3),
            reason="签名“星河”过于宽泛，无法确认与企业的关系，请改用营业执照上的企业全称或简称。",
        ),
        Signature(4100003, "星河物流", NOT_IN_FORCE, day(-6), reason="审核已通过，正在等待运营商实名报备。"),
        Signature(4100002, "XINGHE", USABLE, day(-150), ABROAD),
        Signature(4100001, SIGNATURE, USABLE, day(-430)),
    )


def templates(day: Day) -> tuple[Template, ...]:
    return (
        Template(
            1110016,
            "Order shipped",
            "notification",
            "Your order {1} is on its way and should arrive on {2}.",
            REVIEWING,
            day(-1),
            ABROAD,
        ),
        Template(
            1110015,
            "预约提醒",
            "notification",
            "您预约的{1}将于{2}开始，请提前十分钟到场。",
            REVIEWING,
            day(-1),
        ),
        Template(
            1110014,
            "Autumn sale",
            "marketing",
            "Autumn sale: 20% off everything until Sunday at our stores.",
            REJECTED,
            day(-4),
            ABROAD,
            reason="营销内容缺少退订方式，请在文末补充退订说明后重新提交。",
        ),
        Template(
            1110013,
            "通用通知",
            "notification",
            "{1}{2}{3}",
            REJECTED,
            day(-5),
            reason="模板全部由变量组成，看不出用途，请补充固定文字。",
        ),
        Template(
            1110012,
            "新品到店",
            "marketing",
            "秋季新品已到店，会员到店可领小礼品一份。拒收请回复R",
            NOT_IN_FORCE,
            day(-7),
        ),
        Template(
            1110011,
            "额度提醒",
            "marketing",
            "您有一笔最高{1}元的额度待领取，点击{2}查看。拒收请回复R",
            REJECTED,
            day(-9),
            reason="内容涉及贷款推广，且变量疑似用于传入链接，不予通过。",
        ),
        Template(
            1110010,
            "双旦活动",
            "marketing",
            "元旦焕新季，全场满三百减五十，到店即享。",
            REJECTED,
            day(-10),
            reason="营销短信未注明退订方式，请在末尾加上“拒收请回复R”。",
        ),
        Template(
            1110009,
            "Any-country code",
            "verification",
            "Your code is {1}. It expires in {2} minutes.",
            USABLE,
            day(-150),
            EVERYWHERE,
        ),
        Template(
            1110008,
            "Login code",
            "verification",
            "{1} is your login code. Please do not share it with anyone.",
            USABLE,
            day(-150),
            ABROAD,
        ),
        Template(
            1110007,
            "退款到账",
            "notification",
            "您的退款{1}元已原路退回，请留意到账情况。",
            USABLE,
            day(-200),
        ),
        Template(
            1110006, "取件通知", "notification", "您的快递已到{1}，请凭取件码{2}领取。", USABLE, day(-260)
        ),
        Template(
            1110005, "故障告警", "notification", "服务{1}出现异常，级别{2}，请尽快处理。", USABLE, day(-300)
        ),
        Template(
            1110004,
            "密码重置",
            "verification",
            "您正在重置密码，验证码{1}，请勿告诉他人。",
            USABLE,
            day(-380),
        ),
        Template(
            1110003,
            "会员日活动",
            "marketing",
            "会员日全场满三百减五十，仅限今天，到店即享。拒收请回复R",
            USABLE,
            day(-400),
        ),
        Template(
            1110002,
            "发货通知",
            "notification",
            "您的订单{1}已发出，预计{2}送达，请保持电话畅通。",
            USABLE,
            day(-428),
        ),
        Template(
            1110001,
            "登录验证码",
            "verification",
            "您的验证码为{1}，{2}分钟内有效，如非本人操作请忽略。",
            USABLE,
            day(-429),
        ),
    )


def receipts(at: datetime) -> tuple[Receipt, ...]:
    busy = tuple(
        Receipt(BUSY_NUMBER, f"2640:{20_260_000 + row}", code, at - timedelta(hours=hours))
        for row, (hours, code) in enumerate(BUSY_RECEIPTS)
    )
    return (*busy, Receipt(FOREIGN_NUMBER, "2640:20261000", "DELIVRD", at - timedelta(hours=30)))


def replies(at: datetime) -> tuple[Reply, ...]:
    return tuple(
        Reply(BUSY_NUMBER, text, SIGNATURE, at - timedelta(hours=hours)) for hours, text in BUSY_REPLIES
    )
