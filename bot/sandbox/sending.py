"""SendSms: which message is handed over to the carrier, and which number is refused for what."""

import math
import re
from dataclasses import dataclass, field
from datetime import timedelta

from bot.sandbox.numbers import Number, read_number
from bot.sandbox.parameters import Parameters
from bot.sandbox.refusal import Refusal
from bot.sandbox.terms import Terms
from bot.sandbox.world import (
    ABROAD,
    DELIVERED,
    MAINLAND,
    USABLE,
    Sent,
    Signature,
    Template,
    World,
)

OK = "Ok"
MOST_NUMBERS = 200
MOST_CHARACTERS = 500
# API: SessionContext, in bytes; it has to stay below.
SESSION_BYTES = 512
# API: variables of accounts from before 2024.
MOST_PARAMETER_CHARACTERS = 12
# FAQ: the default rule, same content to the same number.
SAME_CONTENT = timedelta(seconds=30)
BLACKLISTED = frozenset({"+8613700000000"})
# The last two digits decide what becomes of a message; None: the carrier never reports.
ENDINGS = {"99": "MK:0001", "98": None, "97": "MI:0001", "96": "DB:0141"}

CODE = re.compile(r"\d{0,6}", re.ASCII)
VARIABLE = re.compile(r"\{(\d+)\}")
LINK = re.compile(r"https?://|www\.|[\w-]+\.(?:cn|com|net)\b", re.IGNORECASE | re.ASCII)

# What stands as Message beside the Code of a number.
MESSAGES = {
    OK: "send success",
    "InvalidParameterValue.IncorrectPhoneNumber": "the phone number is malformed",
    "FailedOperation.PhoneNumberInBlacklist": "the phone number is on the blacklist",
    "FailedOperation.TemplateUnapprovedOrNotExist": "the template does not exist",
    "FailedOperation.TemplateIncorrectOrUnapproved": "the template has not been approved",
    "FailedOperation.SignatureIncorrectOrUnapproved": "the signature is missing or has not been approved",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": "the parameters do not fit the template",
    "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone": "a mainland template cannot be sent abroad",
    "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone": "a template for abroad cannot be sent here",
    "InvalidParameterValue.TemplateParameterFormatError": "a verification code has up to 6 digits",
    "InvalidParameterValue.TemplateParameterLengthLimit": "a template parameter is too long",
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": "a template parameter must not hold a link",
    "InvalidParameterValue.ContentLengthLimit": "the message is too long",
    "LimitExceeded.PhoneNumberThirtySecondLimit": "the same message went to this number seconds ago",
}


@dataclass(frozen=True, slots=True)
class Order:
    """What every number of one request is to get."""

    template: str
    signature: str
    parameters: tuple[str, ...] = field(repr=False)
    session: str


def send_sms(world: World, asked: Parameters, terms: Terms) -> dict[str, object]:
    texts = asked.texts("PhoneNumberSet")
    check_size(texts)
    numbers = merged(texts)
    order = Order(
        asked.text("TemplateId"),
        asked.text("SignName") if "SignName" in asked else "",
        tuple(asked.texts("TemplateParamSet")) if "TemplateParamSet" in asked else (),
        asked.text("SessionContext") if "SessionContext" in asked else "",
    )
    check_order(numbers, order)
    rows = [send_one(world, order, text, number, terms) for text, number in numbers.items()]
    return {"SendStatusSet": rows}


def refuse_all(asked: Parameters, code: str) -> dict[str, object]:
    """The answer to a SendSms of which every number is refused for the same reason."""
    session = asked.text("SessionContext") if "SessionContext" in asked else ""
    return {"SendStatusSet": [refused_row(it, session, code) for it in merged(asked.texts("PhoneNumberSet"))]}


def check_size(texts: list[str]) -> None:
    if not texts:
        raise Refusal("MissingParameter.EmptyPhoneNumberSet", "The PhoneNumberSet is empty.")
    if len(texts) > MOST_NUMBERS:
        raise Refusal("LimitExceeded.PhoneNumberCountLimit", "A request may have up to 200 phone numbers.")


def merged(texts: list[str]) -> dict[str, Number | None]:
    """The numbers by their E.164, each once; what is no number stands under its own text."""
    read = [(text, read_number(text)) for text in texts]
    return {number.e164 if number else text: number for text, number in read}


def check_order(numbers: dict[str, Number | None], order: Order) -> None:
    """What the whole request is refused for."""
    if len({number.mainland for number in numbers.values() if number}) > 1:
        raise Refusal(
            "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
            "A request may not have both mainland and other phone numbers.",
        )
    if len(order.session.encode()) >= SESSION_BYTES:
        raise Refusal("InvalidParameter", "The SessionContext must be shorter than 512 bytes.")


def send_one(world: World, order: Order, text: str, number: Number | None, terms: Terms) -> dict[str, object]:
    template = next((it for it in world.templates if str(it.id) == order.template), None)
    if number is None:
        return refused_row(text, order.session, "InvalidParameterValue.IncorrectPhoneNumber")
    if template is None:
        return refused_row(text, order.session, "FailedOperation.TemplateUnapprovedOrNotExist")
    code = first(
        number_refusal(number),
        template_refusal(template, number),
        signature_refusal(world.signatures, order.signature, number),
        parameter_refusal(template, order),
        repeat_refusal(world, template, order, number, terms),
    )
    if code:
        return refused_row(text, order.session, code)
    return accepted_row(hand_over(world, template, order, number, terms), number)


def first(*codes: str) -> str:
    return next(filter(None, codes), "")


def number_refusal(number: Number) -> str:
    return "FailedOperation.PhoneNumberInBlacklist" if number.e164 in BLACKLISTED else ""


def template_refusal(template: Template, number: Number) -> str:
    if template.status != USABLE:
        return "FailedOperation.TemplateIncorrectOrUnapproved"
    if template.international == MAINLAND and not number.mainland:
        return "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone"
    if template.international == ABROAD and number.mainland:
        return "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone"
    return ""


def signature_refusal(signatures: tuple[Signature, ...], text: str, number: Number) -> str:
    """On the mainland a signature is a must; abroad it may be left out."""
    if not text and not number.mainland:
        return ""
    place = MAINLAND if number.mainland else ABROAD
    usable = {it.text for it in signatures if it.status == USABLE and it.international == place}
    return "" if text in usable else "FailedOperation.SignatureIncorrectOrUnapproved"


def parameter_refusal(template: Template, order: Order) -> str:
    if len(set(VARIABLE.findall(template.text))) != len(order.parameters):
        return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
    if any(LINK.search(it) for it in order.parameters):
        return "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"
    if template.kind == "verification" and not all(map(CODE.fullmatch, order.parameters)):
        return "InvalidParameterValue.TemplateParameterFormatError"
    if any(len(it) > MOST_PARAMETER_CHARACTERS for it in order.parameters):
        return "InvalidParameterValue.TemplateParameterLengthLimit"
    if len(full_text(template, order)) > MOST_CHARACTERS:
        return "InvalidParameterValue.ContentLengthLimit"
    return ""


def repeat_refusal(world: World, template: Template, order: Order, number: Number, terms: Terms) -> str:
    wanted = (number.e164, template.id, order.parameters, order.signature)
    recent = (it for it in world.sent if terms.at - it.at < SAME_CONTENT)
    repeated = any((it.number, it.template, it.parameters, it.signature) == wanted for it in recent)
    return "LimitExceeded.PhoneNumberThirtySecondLimit" if repeated else ""


def hand_over(world: World, template: Template, order: Order, number: Number, terms: Terms) -> Sent:
    sent = Sent(
        number=number.e164,
        template=template.id,
        parameters=order.parameters,
        signature=order.signature,
        session=order.session,
        serial=world.next_serial(terms.at),
        at=terms.at,
        segments=segments(full_text(template, order)),
        reported=terms.at + timedelta(seconds=terms.delivery_seconds),
        code=ENDINGS.get(number.subscriber[-2:], DELIVERED),
    )
    world.keep(sent)
    return sent


def full_text(template: Template, order: Order) -> str:
    names = sorted(set(VARIABLE.findall(template.text)), key=int)
    values = dict(zip(names, order.parameters, strict=True))
    text = VARIABLE.sub(lambda found: values[found[1]], template.text)
    return f"【{order.signature}】{text}" if order.signature else text


def segments(text: str) -> int:
    """An estimate, good enough for a bill of sample data: ASCII counts as the GSM alphabet."""
    single, joined = (160, 153) if text.isascii() else (70, 67)
    return 1 if len(text) <= single else math.ceil(len(text) / joined)


def accepted_row(sent: Sent, number: Number) -> dict[str, object]:
    return {
        "SerialNo": sent.serial,
        "PhoneNumber": sent.number,
        "Fee": sent.segments,
        "SessionContext": sent.session,
        "Code": OK,
        "Message": MESSAGES[OK],
        "IsoCode": number.country.iso,
    }


def refused_row(number: str, session: str, code: str) -> dict[str, object]:
    """A number that got nothing: no serial, no fee."""
    return {
        "SerialNo": "",
        "PhoneNumber": number,
        "Fee": 0,
        "SessionContext": session,
        "Code": code,
        "Message": MESSAGES.get(code, "the message was not sent"),
        "IsoCode": "",
    }
