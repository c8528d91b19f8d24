"""The shape of smsbot.toml, read strictly: an unknown key is a mistake, not a comment."""

from bot.language import Language
from bot.source import Rows, Shape, String, Strings


class AccountShape(Shape):
    name: String
    sdk_app_id: String
    region: String | None = None
    secret_id: String | None = None
    secret_key: String | None = None


class AccessShape(Shape):
    verbs: Strings
    people: Strings
    channels: Strings = ("*",)


class NumberShape(Shape):
    name: String
    number: String


class TemplateShape(Shape):
    id: String
    signature: String | None = None
    text: String | None = None
    sample: Strings = ()


class LimitsShape(Shape):
    """Without a value, the program's own limit holds."""

    number_seconds: int | None = None
    number_day: int | None = None
    person_hour: int | None = None
    channel_hour: int | None = None
    day: int | None = None


class SendTestShape(Shape):
    enabled: bool = False
    people: Strings = ()
    channels: Strings = ()
    numbers: Rows[NumberShape] = ()
    templates: Rows[TemplateShape] = ()
    limits: LimitsShape = LimitsShape()


class RatesShape(Shape):
    """The same."""

    person_minute: int | None = None
    channel_minute: int | None = None


class DigestShape(Shape):
    channel: String
    at: String = "09:00"
    zone: String = "Asia/Shanghai"
    days: String = "mon-sun"
    language: Language | None = None
    accounts: Strings = ()
    catch_up: String = "6h"


class AlertsShape(Shape):
    channel: String
    balance: Rows[int | float] = (0.3, 0.1, 0)
    run_out_days: int = 7
    expiry_days: int = 14
    unusual_sending: int | float = 5
    cool_down: String = "6h"
    tell: Strings = ()


class OperatorFile(Shape):
    """smsbot.toml."""

    language: Language | None = None
    admins: Strings = ()
    knowledge_owners: Strings = ()
    on_call: String | None = None
    on_call_channel: String | None = None
    proxy: String | None = None
    ca_file: String | None = None
    account: Rows[AccountShape] = ()
    access: Rows[AccessShape] = ()
    rates: RatesShape = RatesShape()
    send_test: SendTestShape = SendTestShape()
    digest: Rows[DigestShape] = ()
    alerts: AlertsShape | None = None
