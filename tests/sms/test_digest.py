"""The digest as a verb: every word does what it says, and only what it says; nothing that is mistyped is guessed."""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.drawing import Drawing
from bot.errors import BotError
from bot.language import LANGUAGES, Language
from bot.sms import digest as verb
from bot.sms.cloud import ACCOUNT_ZONE, CloudError, Unreachable
from bot.sms.command import Asker, Command
from bot.sms.digest import (
    AGAIN,
    DETAILS,
    OFF,
    ON,
    PATIENCE,
    RESUME,
    SNOOZE,
    STATUS,
    digest,
    nearest,
    sets,
)
from bot.sms.operations import VERBS, Called, carry_out, governed, read_verb
from bot.sms.plans import Kept, Pause, Plan, Standing
from bot.sms.report import Cell, Code, Facts, Paragraph, Refresh, Report, Say, Table, say
from bot.sms.standing import FATES
from bot.wiring import Bot
from tests.sms.small_cloud import DAY, NOW, FakeCloud, FakeHistory, desk, desk_of, history, package

HERE, ELSEWHERE = "C1", "C0OTHER"
SEEN = verb.NOW
HOUR = timedelta(hours=1)
# A command is carried out some time after it was given.
A_MOMENT_LATER = NOW + timedelta(seconds=1)
BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
WORKDAYS = frozenset(range(5))
PLAN = Plan(HERE, time(9), BERLIN, WORKDAYS, "zh", ("prod",), since=NOW - 9 * DAY, person="U0BOB")
FOUND = Report(say("digest.title", weekday=say("week.sunday"), day=NOW.date()), notes=("a note",))


@dataclass(slots=True)
class FakeDigests:
    """`done` keeps what was asked for, in its order."""

    plans: dict[str, Plan] = field(default_factory=dict)
    pauses: dict[str, Pause] = field(default_factory=dict)
    last: Kept | None = None
    failure: BotError | None = None
    done: list[tuple[object, ...]] = field(default_factory=list)

    async def standings(self) -> Sequence[Standing]:
        return [await self.standing(it) for it in self.plans]

    async def standing(self, channel: str) -> Standing:
        plan, pause = self.plans.get(channel), self.pauses.get(channel)
        comes = NOW + DAY if plan and plan.on else None
        return Standing(
            plan, pause, comes, self.last, paused=pause is not None and pause.until > A_MOMENT_LATER
        )

    async def put(self, asker: Asker, plan: Plan) -> None:
        if self.failure:
            raise self.failure
        self.done.append(("put", asker.person, plan.channel))
        self.plans[plan.channel] = plan

    async def pause(self, asker: Asker, channel: str, until: datetime | None) -> None:
        self.done.append(("pause", asker.person, channel, until))
        self.pauses[channel] = Pause(until or A_MOMENT_LATER, asker.person)

    async def report(self, command: Command, accounts: Sequence[str], *, patience: float) -> Report:
        assert (command.at, patience) == (NOW, PATIENCE)
        self.done.append(("report", *accounts))
        return FOUND

    async def again(self, command: Command, key: str) -> Report:
        self.done.append(("again", command.asker.channel, key))
        return FOUND


def planned(**changes: object) -> FakeDigests:
    """A channel with a digest that is on."""
    return FakeDigests({HERE: replace(PLAN, **changes)})  # type: ignore[arg-type]  # names of its fields


def said(
    text: str,
    digests: FakeDigests,
    *,
    admin: bool = False,
    past: FakeHistory | None = None,
    sample: bool = False,
) -> Report:
    order = Command("digest", text, "en", Asker("U1", HERE, admin=admin), NOW)
    place = desk(FakeCloud([package()]), past or history(*[1000] * 30), sample=sample, digests=digests)
    return asyncio.run(carry_out(order, place))


def refused(text: str, digests: FakeDigests | None = None, *, admin: bool = False) -> BotError:
    kept = digests or planned()
    with pytest.raises(BotError) as caught:
        said(text, kept, admin=admin)
    assert not kept.done
    return caught.value


def facts(report: Report) -> dict[str, Cell]:
    return {
        name.phrase: value for part in report.parts if isinstance(part, Facts) for name, value in part.rows
    }


def commands(report: Report) -> list[str]:
    return [it.command for it in report.actions]


# ---- Set up


@pytest.mark.parametrize("word", sorted(ON))
def test_any_word_for_on_sets_it_up(word: str) -> None:
    digests = FakeDigests()

    report = said(f"{word} 9点半 工作日 柏林 zh test", digests)

    assert digests.plans[HERE] == Plan(
        HERE, time(9, 30), BERLIN, WORKDAYS, "zh", ("test",), since=NOW, person="U1"
    )
    assert (report.title, report.openly) == (say("plan.now_on"), True)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("9:30", time(9, 30)),
        ("9点半", time(9, 30)),
        ("9am", time(9)),
        ("每天早上9点", time(9)),
        ("mon-fri 8:00", time(8)),
        ("工作日 下午3点 柏林", time(15)),
    ],
)
def test_a_bare_time_of_day_sets_it_up(text: str, at: time) -> None:
    digests = FakeDigests()

    said(text, digests)

    assert digests.plans[HERE].at == at


def test_on_alone_means_nine_in_the_zone_of_the_account() -> None:
    digests = FakeDigests()

    said("on", digests)

    assert digests.plans[HERE] == Plan(HERE, time(9), SHANGHAI, since=NOW, person="U1")


def test_on_keeps_what_was_there_and_switches_it_on() -> None:
    digests = planned(on=False)

    said("on 10:00", digests)

    assert digests.plans[HERE] == replace(PLAN, at=time(10), since=NOW, person="U1")


def test_on_ends_a_pause_and_no_pause_that_is_over() -> None:
    paused, over = planned(), planned()
    paused.pauses[HERE], over.pauses[HERE] = Pause(NOW + DAY, "U0BOB"), Pause(NOW, "U0BOB")

    report = said("on", paused)
    said("on", over)

    assert paused.done == [("put", "U1", HERE), ("pause", "U1", HERE, None)]
    assert facts(report)["plan.state"] == say("plan.on")
    assert over.done == [("put", "U1", HERE)]


def test_where_we_can_not_post_the_reason_is_told() -> None:
    digests = FakeDigests(failure=BotError("slack.out_invite", channel=HERE))

    with pytest.raises(BotError) as caught:
        said("on 9:00", digests)

    assert caught.value.phrase == "slack.out_invite"


# ---- Switched off, paused, resumed


@pytest.mark.parametrize("word", sorted(OFF))
def test_any_word_for_off_switches_it_off_and_keeps_the_rest(word: str) -> None:
    digests = planned()

    report = said(word, digests)

    assert digests.plans[HERE] == replace(PLAN, on=False, person="U1")
    assert (report.title, report.openly) == (say("plan.now_off"), True)
    assert commands(report) == ["digest on 09:00 Europe/Berlin", "digest now"]


@pytest.mark.parametrize("word", sorted(SNOOZE))
@pytest.mark.parametrize(
    ("length", "until"),
    [
        ("", DAY),
        ("3d", 3 * DAY),
        ("6h", 6 * HOUR),
        ("3天", 3 * DAY),
        ("三天", 3 * DAY),
        ("半天", DAY / 2),
        ("2 hours", 2 * HOUR),
    ],
)
def test_any_word_for_a_pause_takes_a_length(word: str, length: str, until: timedelta) -> None:
    digests = planned()

    report = said(f"{word} {length}", digests)

    assert digests.done == [("pause", "U1", HERE, NOW + until)]
    assert (report.title, report.openly) == (say("plan.now_paused"), True)
    assert commands(report) == ["digest resume", "digest now"]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("暂停3天", 3 * DAY),
        ("暂停三天", 3 * DAY),
        ("暂停3 天", 3 * DAY),
        ("静默半天", DAY / 2),
        ("暫停６ｈ", 6 * HOUR),
    ],
)
def test_in_chinese_no_blank_is_needed_before_a_length(text: str, length: timedelta) -> None:
    digests = planned()

    said(text, digests)

    assert digests.done == [("pause", "U1", HERE, NOW + length)]
    assert governed("digest", text) == "set-digest"


@pytest.mark.parametrize("text", ["日报", "暂停", "停", "开9点"])
def test_however_much_is_pasted_without_a_blank_is_taken_apart_at_its_beginning_only(text: str) -> None:
    asked = Counter[str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verb, "step_of", lambda word: asked.update([word]))
        verb.words_of(text * 4000)

    assert asked.total() <= verb.LONGEST_STEP + 1


def test_in_chinese_no_blank_is_needed_before_a_time() -> None:
    digests = FakeDigests()

    said("开启每天9点半", digests)

    assert digests.plans[HERE].at == time(9, 30)
    assert governed("digest", "设置9点") == governed("digest", "开启工作日 9点") == "set-digest"


@pytest.mark.parametrize(
    ("text", "word"), [("8d", "8d"), ("0h", "0h"), ("soon", "soon"), ("3d soon", "soon")]
)
def test_what_is_no_length_is_not_taken_for_one(text: str, word: str) -> None:
    error = refused(f"snooze {text}")

    assert (error.phrase, error.details["word"]) == ("plan.no_length", word)


@pytest.mark.parametrize("word", sorted(RESUME))
def test_any_word_for_going_on_ends_a_pause(word: str) -> None:
    digests = planned()
    digests.pauses[HERE] = Pause(NOW + DAY, "U0BOB")

    report = said(word, digests)

    assert digests.done == [("pause", "U1", HERE, None)]
    assert (report.title, report.openly) == (say("plan.now_resumed"), True)
    assert facts(report)["plan.state"] == say("plan.on")


def test_what_is_not_paused_goes_on_without_a_word_on_record() -> None:
    """A pause that ended now would take away a digest that is being tried again."""
    digests = planned()

    report = said("resume", digests)

    assert digests.done == []
    assert report.title == say("plan.now_resumed")


@pytest.mark.parametrize("text", ["off", "snooze", "snooze 3d", "resume"])
@pytest.mark.parametrize("digests", [FakeDigests(), planned(on=False)])
def test_what_is_not_on_is_neither_switched_off_nor_paused(text: str, digests: FakeDigests) -> None:
    assert refused(text, digests).phrase == "plan.is_off"


@pytest.mark.parametrize(
    "text",
    [
        "off 9:00",
        "off now",
        "off frobnicate",
        "resume soon",
        "status 3d",
        "off prod",
        "snooze 3d test",
        "resume zh",
        "status 柏林",
        "off all",
    ],
)
def test_what_concerns_the_whole_digest_takes_no_part_of_it(text: str) -> None:
    assert refused(text).phrase == "plan.whole_only"


# ---- How it stands


@pytest.mark.parametrize("word", sorted(STATUS))
def test_how_it_stands_is_shown_to_who_asks_in_the_time_of_its_zone(word: str) -> None:
    digests = planned()
    digests.last = Kept(NOW.date() - DAY, "sent", NOW - DAY)

    report = said(word, digests)

    assert (report.title, report.openly, digests.done) == (say("plan.title"), False, [])
    assert facts(report) == {
        "plan.state": say("plan.on"),
        "plan.when": say(
            "plan.timetable",
            days=say("week.range", first=say("week.monday"), last=say("week.friday")),
            at="09:00",
            zone="Europe/Berlin",
        ),
        "plan.next": say("plan.moment", day=(NOW + DAY).date(), at="07:00"),
        "plan.last": say(
            "plan.last_sent",
            day=NOW.date() - DAY,
            at=say("plan.moment", day=NOW.date() - DAY, at="07:00"),
            reason=Code("?"),
        ),
        "plan.accounts": "prod",
        "plan.language": say("plan.language_zh"),
        "plan.set_by": "U0BOB",
    }
    assert commands(report) == ["digest now", "digest snooze 3d", "digest off"]


def test_a_plan_of_the_settings_says_so() -> None:
    report = said("status", FakeDigests({HERE: Plan(HERE, time(9))}))

    found = facts(report)
    assert found["plan.set_by"] == say("plan.by_settings")
    assert found["plan.accounts"] == say("plan.all_accounts")
    assert found["plan.language"] == say("plan.language_default")
    assert found["plan.last"] == say("plan.none_yet")


def test_a_pause_is_shown_while_it_lasts() -> None:
    digests = planned()
    digests.pauses[HERE] = Pause(NOW + HOUR, "U0BOB")

    report = said("status", digests)

    assert facts(report)["plan.state"] == say(
        "plan.paused", until=say("plan.moment", day=NOW.date(), at="08:00")
    )
    digests.pauses[HERE] = Pause(NOW, "U0BOB")
    assert facts(said("status", digests))["plan.state"] == say("plan.on")


def test_a_digest_that_is_off_has_no_next_and_can_be_switched_on() -> None:
    report = said("status", planned(on=False))

    assert facts(report).keys() == {"plan.state", "plan.last", "plan.set_by"}
    assert commands(report) == ["digest on 09:00 Europe/Berlin", "digest now"]


def test_a_channel_without_one_is_offered_one() -> None:
    report = said("", FakeDigests())

    assert report.parts == (Paragraph(say("plan.none")),)
    assert commands(report) == ["digest on 09:00 Asia/Shanghai", "digest now"]


# ---- Another channel


@pytest.mark.parametrize(
    "text",
    [
        f"on 9:00 {ELSEWHERE}",
        f"off {ELSEWHERE}",
        f"snooze {ELSEWHERE}",
        f"status {ELSEWHERE}",
        f"resume {ELSEWHERE}",
    ],
)
def test_another_channel_is_for_admins(text: str) -> None:
    digests = FakeDigests({ELSEWHERE: replace(PLAN, channel=ELSEWHERE)})

    assert refused(text, digests).phrase == "guard.not_admin"


def test_an_admin_sets_up_another_channel_and_its_buttons_are_of_that_one() -> None:
    digests = FakeDigests()

    report = said(f"on 9:00 {ELSEWHERE}", digests, admin=True)

    assert digests.plans.keys() == {ELSEWHERE}
    assert facts(report)["plan.channel"] == Code(ELSEWHERE)
    assert commands(report) == ["digest now", f"digest snooze 3d {ELSEWHERE}", f"digest off {ELSEWHERE}"]
    # It concerns the people there and not those who are here.
    assert not report.openly
    off = said(f"off {ELSEWHERE}", digests, admin=True)
    assert commands(off) == [f"digest on 09:00 Asia/Shanghai {ELSEWHERE}", "digest now"]
    none = said("status C0NONE", digests, admin=True)
    assert commands(none) == ["digest on 09:00 Asia/Shanghai C0NONE", "digest now"]


def test_the_channel_that_one_is_in_needs_no_admin() -> None:
    digests = FakeDigests()

    order = Command("digest", f"on 9:00 {ELSEWHERE}", "en", Asker("U1", ELSEWHERE), NOW)
    report = asyncio.run(digest(order, desk(digests=digests)))

    assert report.openly
    assert "plan.channel" not in facts(report)


# ---- Seen


@pytest.mark.parametrize("word", sorted(SEEN))
def test_any_word_for_now_shows_it_to_who_asks(word: str) -> None:
    digests = planned()

    report = said(word, digests)

    assert digests.done == [("report", "prod", "test")]
    assert report == FOUND
    assert not report.openly


def test_the_accounts_that_are_named_are_shown() -> None:
    digests = planned()

    said("now TEST", digests)

    assert digests.done == [("report", "test")]


@pytest.mark.parametrize("text", ["now prdo", "details prdo", "now 9:00"])
def test_an_account_that_there_is_not_is_not_answered_with_another(text: str) -> None:
    error = refused(text)

    assert (error.phrase, error.details["names"]) == ("sms.unknown_account", "prod, test")


@pytest.mark.parametrize("text", ["now", "details"])
def test_without_an_account_the_settings_are_asked_for(text: str) -> None:
    order = Command("digest", text, "en", Asker("U1", HERE), NOW)

    with pytest.raises(BotError) as caught:
        asyncio.run(digest(order, desk_of({}, digests=planned())))

    assert caught.value.phrase == "sms.no_account"


def test_while_history_loads_it_is_asked_for_again() -> None:
    loading = FakeHistory(loading=True)

    report = said("now prod", planned(), past=loading)
    other = said("now test", planned(), past=loading)

    assert report.refresh == Refresh("digest now prod", 2.0, "first_and_last")
    assert report.notes == ("a note", say("sms.loading"))
    assert other.refresh is None
    assert isinstance(read_verb(report.refresh.command), Called)


@pytest.mark.parametrize("word", sorted(DETAILS))
def test_details_are_the_packages_and_the_last_week_of_one_account(word: str) -> None:
    report = said(f"{word} prod", planned())

    tables = [it for it in report.parts if isinstance(it, Table)]
    headings = [it.text for it in report.parts if isinstance(it, Paragraph) and isinstance(it.text, Say)]
    assert report.title == say("digest.details_title", account="prod")
    assert tables[0].rows[0][0] == Code("p1")
    assert len(tables[-1].rows) == 7
    assert any(it.phrase == "digest.heading" for it in headings)
    assert len(report.notes) == len({str(it) for it in report.notes})
    assert say("balance.mainland_only") in report.notes
    assert say("stats.lag") in report.notes
    assert commands(report) == ["stats 30d prod"]
    assert report.refresh is None


def test_details_without_a_name_are_of_the_default_account_and_load_on() -> None:
    past = history(*[1000] * 10)
    past.loading = True

    report = said("details", planned(), past=past, sample=True)

    assert report.title == say("digest.details_title", account=say("sms.sample_account"))
    assert report.refresh == Refresh("digest details prod", 2.0, "first_and_last")
    assert report.notes.count(say("sms.sample")) == report.notes.count(say("sms.loading")) == 1


def test_details_that_can_not_be_had_say_why() -> None:
    away: CloudError = Unreachable("cloud.no_connection", "SmsPackagesStatistics", reason="x")
    order = Command("digest", "details", "en", Asker("U1", HERE), NOW)

    with pytest.raises(CloudError):
        asyncio.run(digest(order, desk(FakeCloud(failure=away), digests=planned())))


def test_what_stands_is_drawn_again_by_its_key() -> None:
    digests = planned()

    said("again digest|C1|2026-11-22", digests)

    assert digests.done == [("again", HERE, "digest|C1|2026-11-22")]
    assert refused("again").phrase == refused("again a b").phrase == "plan.unknown_word"


# ---- Mistyped


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("snoze", "snooze"),
        ("snoze 3d", "snooze 3d"),
        ("snoze a while", "snooze"),
        ("onn 9:00", "on 9:00"),
        ("onn 9:00 frobnicate", "on"),
        ("of", "off"),
        ("offf", "off"),
        ("statsu", "status"),
        ("nwo", "now"),
        ("resum", "resume"),
        ("detials prod", "details prod"),
        ("暂停了", "暂停"),
        ("状态呢", "状态"),
        ("ｓｎｏｚｅ", "snooze"),
    ],
)
def test_a_mistyped_first_word_meets_the_one_that_it_may_mean(text: str, near: str) -> None:
    error = refused(text)

    assert (error.phrase, error.details) == (
        "plan.misspelt_step",
        {"word": text.split(maxsplit=1)[0], "near": near},
    )


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("mon-fri", "on mon-fri"),
        ("工作日 柏林", "on 工作日 柏林"),
        ("zh", "on zh"),
        ("prod", "now prod"),
        (ELSEWHERE, f"status {ELSEWHERE}"),
        (f"{ELSEWHERE} zh", f"on {ELSEWHERE} zh"),
    ],
)
def test_words_that_are_known_but_do_not_say_what_to_do_meet_what_they_lack(text: str, near: str) -> None:
    error = refused(text)

    assert (error.phrase, error.details["near"]) == ("plan.misspelt_step", near)


@pytest.mark.parametrize("text", ["on 9:00 Asia/Shangai", "9:00 Shangai", "Shangai"])
def test_a_mistyped_zone_meets_the_one_that_it_may_mean(text: str) -> None:
    error = refused(text)

    assert (error.phrase, error.details["near"]) == ("plan.misspelt_word", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("on 9", "9"),
        ("9", "9"),
        ("every day at 9", "9"),
        ("on 25:00", "25:00"),
        ("24:00", "24:00"),
        ("on 9.30", "9.30"),
    ],
)
def test_for_what_is_no_time_of_day_one_is_asked_for(text: str, word: str) -> None:
    error = refused(text)

    assert (error.phrase, error.details) == ("plan.no_clock", {"word": word})


@pytest.mark.parametrize(
    "text", ["on 9:00 #ops", "off #ops", "snooze 3d #ops", "status #ops", "#ops", "＃ops 9:00"]
)
def test_for_the_name_of_a_channel_its_id_is_asked_for(text: str) -> None:
    error = refused(text)

    assert (error.phrase, error.details) == ("plan.channel_id", {"word": "#ops"})


@pytest.mark.parametrize("word", ["UTC+1", "GMT-05:00", "EST", "pst"])
def test_for_what_is_no_zone_a_place_is_asked_for(word: str) -> None:
    error = refused(f"on 9:00 {word}")

    assert (error.phrase, error.details) == ("plan.no_zone", {"word": word})


@pytest.mark.parametrize("text", ["frobnicate", "on frobnicate", "9:00 frobnicate", "今天天气"])
def test_other_nonsense_is_told_as_such(text: str) -> None:
    error = refused(text)

    assert error.phrase == "plan.unknown_word"
    assert error.details["word"] in {"frobnicate", "今天天气"}


def test_every_word_is_nearest_to_itself_and_none_to_what_only_buttons_say() -> None:
    typed = SEEN | ON | OFF | SNOOZE | RESUME | DETAILS | STATUS - {""}

    assert all(nearest(it) == it for it in typed)
    assert all(nearest(it) not in AGAIN for it in ("again", "agian", "agai"))
    assert nearest("") == ""


# ---- Who decides


@pytest.mark.parametrize("word", sorted(ON | OFF | SNOOZE | RESUME))
def test_what_changes_the_channel_is_governed_as_such(word: str) -> None:
    for text in (word, f"{word} 9:00", word.upper(), f"  {word}  x"):
        assert governed("digest", text) == "set-digest"


@pytest.mark.parametrize("word", sorted(SEEN | STATUS | DETAILS | AGAIN))
def test_what_only_looks_is_not(word: str) -> None:
    for text in (word, f"{word} prod", f"{word or 'status'} 9:00", word.upper()):
        assert governed("digest", text) == "digest"


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("9:00", True),
        ("mon-fri 9am", True),
        ("每天早上9点", True),
        ("prod 9:00", True),
        ("mon-fri", False),
        ("x", False),
        ("ｏｎ", True),
    ],
)
def test_a_bare_time_of_day_changes_the_channel(text: str, setting: bool) -> None:  # noqa: FBT001 - a column of the table
    assert sets(text) == setting


STEPS = sorted(SEEN | ON | OFF | SNOOZE | RESUME | STATUS | DETAILS)
OTHERS = "9:00 9点半 mon-fri 柏林 prod zh 3d all x new york 9 am ＯＮ C0OTHER".split()
WORDS = st.sampled_from(STEPS) | st.sampled_from(OTHERS)


@given(words=st.lists(WORDS, max_size=4), on=st.booleans(), admin=st.booleans())
def test_nothing_is_changed_that_is_not_governed_as_a_change(words: list[str], on: bool, admin: bool) -> None:  # noqa: FBT001 - what is drawn
    text, digests = " ".join(words), planned(on=on)

    try:
        report = said(text, digests, admin=admin)
    except BotError:
        changed = []
    else:
        changed = [it for it in digests.done if it[0] in {"put", "pause"}]
        assert report.title.phrase

    assert not changed or governed("digest", text) == "set-digest"
    assert admin or all(it[2] == HERE for it in changed)


def test_the_examples_do_what_they_say() -> None:
    for example in VERBS["digest"].examples:
        spoken = read_verb(example)
        assert isinstance(spoken, Called)

        report = said(spoken.rest, planned())

        assert report.openly == (governed("digest", spoken.rest) == "set-digest")


@pytest.mark.parametrize("text", ["help", "?", "？", "帮助", "HELP"])
def test_help_behind_the_verb_tells_what_to_type(text: str) -> None:
    report = said(text, planned())

    assert report.title == say("help.title_of", verb="digest")
    assert governed("digest", text) == "digest"


# ---- As it is read


@pytest.fixture(scope="module")
def drawing(bot: Bot) -> Drawing:
    return Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ACCOUNT_ZONE)


def shapes() -> Mapping[str, Report]:
    found = {text: said(text, planned()) for text in ("", "on", "off", "snooze", "resume", "details")}
    found |= {
        fate: said("", FakeDigests({HERE: PLAN}, last=Kept(NOW.date(), fate, NOW, "x"))) for fate in FATES
    }
    found["none"] = said("", FakeDigests())
    found["elsewhere"] = said(f"on {ELSEWHERE}", FakeDigests(), admin=True)
    return found


SHAPES = shapes()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", SHAPES)
def test_all_of_it_is_told_in_whole_words(shape: str, language: Language, drawing: Drawing) -> None:
    report = SHAPES[shape]

    words = [drawing.markdown(report, language), *drawing.actions(report, language)]

    assert not re.search(
        r"\b(?:digest|plan|week|sms|stats|balance|draw)\.[a-z_]+\b|\{|\}|None", "\n".join(words)
    )
    assert all(0 < len(it) <= 75 for it in words[1:])
    assert shape in {"", "details", "failed", "unknown"} or "?" not in words[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "snoze",
        "on 9:00 Shangai",
        "on 9:00 UTC+1",
        "on 9",
        "off #ops",
        "frobnicate",
        "snooze soon",
        "off prod",
        "mon-fri",
        f"off {ELSEWHERE}",
    ],
)
def test_every_error_says_what_to_type(text: str, language: Language, drawing: Drawing) -> None:
    words = drawing.error(refused(text), language)

    assert not re.search(r"\bplan\.[a-z_]+\b|\{|\}", words)
    assert (
        re.search("[一-鿿]", words)
        if language == "zh"
        else not re.search("[一-鿿]", re.sub("9点( 工作日)?", "", words))
    )


def test_a_timetable_in_full(drawing: Drawing) -> None:
    assert "- **When**: Mon–Fri at 09\\:00 (Europe/Berlin)" in drawing.markdown(SHAPES[""], "en")
    assert "- **时间**：周一至周五 09\\:00（Europe/Berlin）" in drawing.markdown(SHAPES[""], "zh")
    assert "- **Next**: 2026-11-23 07\\:00" in drawing.markdown(SHAPES[""], "en")
    assert "Times are in" not in drawing.markdown(SHAPES[""], "en")
