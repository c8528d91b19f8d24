"""What the shape of smsbot.toml can't tell: words that mean nothing, names that lead nowhere, open doors.

The checks look at the table as it stands in the file, so that a mistake of another kind hides none of these.
What the file doesn't hold as expected is passed over: `Source.shaped` reports it. No mistake repeats a value:
it could be a number or a secret that was put in the wrong place.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from bot.configuration import words
from bot.configuration.variables import Unresolved, resolve, resolve_url
from bot.guard.access import EVERY
from bot.places import Steps
from bot.sms.wallclock import clock, days, duration, zone
from bot.source import ANY, Source, dotted

NUMBERS = ("send_test", "numbers", ANY)
TEMPLATES = ("send_test", "templates", ANY)
# Where which word stands, and what it is a mistake of not to be one.
WORDS: tuple[tuple[Steps, str, Callable[[str], object]], ...] = (
    (("admins", ANY), "wrong_person", words.person),
    (("knowledge_owners", ANY), "wrong_person", words.person),
    (("on_call",), "wrong_person", words.person),
    (("on_call_channel",), "wrong_channel", words.channel),
    (("account", ANY, "name"), "wrong_account", words.account),
    (("account", ANY, "sdk_app_id"), "wrong_digits", words.digits),
    (("account", ANY, "region"), "wrong_region", words.region),
    (("access", ANY, "people", ANY), "wrong_person", words.anyone),
    (("access", ANY, "channels", ANY), "wrong_channel", words.room),
    (("send_test", "people", ANY), "wrong_person", words.anyone),
    (("send_test", "channels", ANY), "wrong_channel", words.anywhere),
    ((*NUMBERS, "number"), "wrong_number", words.number),
    ((*TEMPLATES, "id"), "wrong_digits", words.digits),
    ((*TEMPLATES, "signature"), "wrong_signature", words.signature),
    (("digest", ANY, "channel"), "wrong_channel", words.channel),
    (("digest", ANY, "at"), "wrong_time", clock),
    (("digest", ANY, "zone"), "wrong_zone", zone),
    (("digest", ANY, "days"), "wrong_days", days),
    (("digest", ANY, "catch_up"), "wrong_duration", duration),
    (("alerts", "channel"), "wrong_channel", words.channel),
    (("alerts", "tell", ANY), "wrong_person", words.person),
    (("alerts", "cool_down"), "wrong_duration", duration),
)
# The least and the most of a number. Limits that are looser than these protect nobody from harassment or a
# large bill; rates that are stricter leave no room for the three steps of a send. FAQ: "短信发送频率限制是怎样的"
# · the platform itself takes the same content to a number once in 30 seconds.
RANGES: tuple[tuple[Steps, float, float], ...] = (
    (("send_test", "limits", "number_seconds"), 30, 86_400),
    (("send_test", "limits", "number_day"), 1, 10),
    (("send_test", "limits", "person_hour"), 1, 20),
    (("send_test", "limits", "channel_hour"), 1, 60),
    (("send_test", "limits", "day"), 1, 200),
    (("rates", "person_minute"), 3, 600),
    (("rates", "channel_minute"), 3, 6000),
    (("alerts", "run_out_days"), 1, 365),
    (("alerts", "expiry_days"), 1, 365),
    (("alerts", "unusual_sending"), 1.5, 1000),
)
# What may stand only once, and how it is compared.
ONCE: tuple[tuple[Steps, Callable[[str], object]], ...] = (
    (("account", ANY, "name"), str.lower),
    ((*NUMBERS, "name"), str.casefold),
    ((*NUMBERS, "number"), words.number),
    ((*TEMPLATES, "id"), str.strip),
    (("digest", ANY, "channel"), str.strip),
)
CLOSED = frozenset({"sends", "administers"})
NEEDED_TO_SEND = ("people", "channels", "numbers", "templates")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the file is judged by: the verbs with the right that each needs, the variables, its own folder.

    `account` tells whether the environment names one; `key` whether it has the credentials of one.
    """

    verbs: Mapping[str, str]
    environment: Mapping[str, str]
    folder: Path
    account: bool
    key: bool


def check(source: Source, surroundings: Surroundings) -> None:
    check_words(source)
    check_ranges(source)
    check_balance(source)
    check_once(source)
    check_verbs(source, surroundings.verbs)
    check_doors(source, surroundings.verbs)
    check_sending(source)
    check_credentials(source, surroundings)
    check_digest_accounts(source, environment_account=surroundings.account)
    check_network(source, surroundings)


def check_words(source: Source) -> None:
    for steps, kind, read in WORDS:
        for at, text in source.strings(*steps):
            try:
                read(text)
            except ValueError:
                source.report(kind, source.line_of(*at), key=dotted(at))


def check_ranges(source: Source) -> None:
    for steps, least, most in RANGES:
        for at, value in source.values(*steps):
            if is_number(value) and not least <= value <= most:
                source.report(
                    "out_of_range", source.line_of(*at), key=dotted(at), least=str(least), most=str(most)
                )


def check_balance(source: Source) -> None:
    """A threshold is a share of the packages not used up, or a whole number of messages."""
    for at, value in source.values("alerts", "balance", ANY):
        if is_number(value) and not (0 <= value <= 1 or (value > 1 and isinstance(value, int))):
            source.report("wrong_threshold", source.line_of(*at), key=dotted(at))


def check_once(source: Source) -> None:
    for steps, compared in ONCE:
        seen: set[object] = set()
        for at, text in source.strings(*steps):
            try:
                value = compared(text)
            except ValueError:
                continue
            if value in seen:
                source.report("repeated", source.line_of(*at), key=dotted(at))
            seen.add(value)


def check_verbs(source: Source, verbs: Mapping[str, str]) -> None:
    for at, verb in source.strings("access", ANY, "verbs", ANY):
        if verb not in verbs:
            unknown(source, at, "unknown_verb", verb, verbs)


def check_doors(source: Source, verbs: Mapping[str, str]) -> None:
    """What costs money or administers is never open to everybody."""
    closed = {at[1] for at, verb in source.strings("access", ANY, "verbs", ANY) if verbs.get(verb) in CLOSED}
    for at, text in source.strings("access", ANY, "people", ANY):
        if text == EVERY and at[1] in closed:
            source.report("open_door", source.line_of(*at), key=dotted(at))
    for key in ("people", "channels"):
        for at, text in source.strings("send_test", key, ANY):
            if text == EVERY:
                source.report("open_door", source.line_of(*at), key=dotted(at))


def check_sending(source: Source) -> None:
    """Test sends that are on name who, where, to which numbers and with which templates."""
    for at, section in source.values("send_test"):
        if not isinstance(section, dict) or section.get("enabled") is not True:
            continue
        for key in NEEDED_TO_SEND:
            if not section.get(key):
                source.report("needed_to_send", source.line_of(*at, key), key=dotted((*at, key)))


def check_credentials(source: Source, surroundings: Surroundings) -> None:
    """Every account has both halves of a key, its own or the environment's, and each can be had."""
    for at, row in source.values("account", ANY):
        if not isinstance(row, dict):
            continue
        given = [key for key in ("secret_id", "secret_key") if isinstance(row.get(key), str)]
        for key in given:
            check_reference(source, (*at, key), row[key], surroundings)
        if len(given) == 1:
            (lacking,) = {"secret_id", "secret_key"} - set(given)
            source.report("missing_key", source.line_of(*at), key=dotted((*at, lacking)), reason="")
        elif not given and not surroundings.key:
            source.report("no_credentials", source.line_of(*at), key=dotted(at))


def check_reference(source: Source, at: Steps, reference: str, surroundings: Surroundings) -> None:
    try:
        resolve(reference, surroundings.environment, surroundings.folder)
    except Unresolved as error:
        source.report(error.kind, source.line_of(*at), key=dotted(at), **error.details)


def check_digest_accounts(source: Source, *, environment_account: bool) -> None:
    names = {name.lower() for _, name in source.strings("account", ANY, "name")}
    if environment_account and not names:
        names = {"default"}
    for at, name in source.strings("digest", ANY, "accounts", ANY):
        if name.lower() not in names:
            unknown(source, at, "unknown_account", name, names)


def check_network(source: Source, surroundings: Surroundings) -> None:
    for at, text in source.strings("proxy"):
        try:
            words.proxy(resolve_url(text, surroundings.environment, surroundings.folder).reveal())
        except Unresolved as error:
            source.report(error.kind, source.line_of(*at), key=dotted(at), **error.details)
        except ValueError:
            source.report("wrong_proxy", source.line_of(*at), key=dotted(at))
    for at, text in source.strings("ca_file"):
        if not (surroundings.folder / text).is_file():
            source.report("no_file", source.line_of(*at), path=text, reason="")


def unknown(source: Source, at: Steps, kind: str, value: str, known: Collection[str]) -> None:
    near = get_close_matches(value.lower(), sorted(known), n=1)
    source.report(kind, source.line_of(*at), key=dotted(at), known=", ".join(near or sorted(known)) or "–")


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
