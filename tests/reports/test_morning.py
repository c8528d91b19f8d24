"""What is known of an account in the morning; and what is not, with the reason why."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.errors import BotError
from bot.reports.morning import Morning, Reviewed, Window, id_of, morning
from bot.sms.alarms import Episode
from bot.sms.cloud import Refused, Review, Signature, Template, Unreachable
from bot.sms.desk import Account
from tests.sms.small_cloud import (
    DAY,
    NOW,
    TODAY,
    FakeCloud,
    FakeHistory,
    history,
    package,
    signature,
    template,
)

YESTERDAY_AT_NINE = NOW - DAY
WINDOW = Window(NOW, YESTERDAY_AT_NINE, 0.5)
AWAY = Unreachable("cloud.no_connection", "SmsPackagesStatistics")
OPEN = Episode("prod", "unusual", 1, NOW, {})


@dataclass(slots=True)
class FakeReviews:
    """`since` is when a state was first seen; what is not in it was so at the first look."""

    since: Mapping[tuple[str, int], datetime] = field(default_factory=dict)
    failure: BotError | None = None
    seen: list[Reviewed] = field(default_factory=list)

    async def see(self, found: Sequence[Reviewed]) -> Mapping[tuple[str, int], datetime | None]:
        if self.failure:
            raise self.failure
        self.seen += found
        return {id_of(it): self.since.get(id_of(it)) for it in found}


class SlowCloud(FakeCloud):
    """Gives packages, and lists of templates never."""

    async def templates(self, *, international: bool) -> Sequence[Template]:
        await asyncio.sleep(3600)
        raise AssertionError(international)


class HalfCloud(FakeCloud):
    """Gives packages, but may not list signatures for abroad."""

    async def signatures(self, *, international: bool) -> Sequence[Signature]:
        if international:
            raise Refused("DescribeSmsSignList", "UnauthorizedOperation.RequestPermissionDeny", "no")
        return self.signatures_


def seen(
    cloud: FakeCloud | None = None,
    past: FakeHistory | None = None,
    reviews: FakeReviews | None = None,
    window: Window = WINDOW,
    holding: Sequence[Episode] = (),
) -> Morning:
    account = Account("prod", cloud or FakeCloud(), past or history(*[100] * 30))
    looking = morning(account, reviews or FakeReviews(), holding, window)
    return asyncio.run(asyncio.wait_for(looking, 5))


def rejected(it: Template, ago: timedelta, review: Review = "rejected") -> Template:
    return replace(it, review=review, created=NOW - ago)


def test_everything_is_asked_for_and_kept() -> None:
    it = seen(FakeCloud([package()]), holding=[OPEN])

    assert (it.account, it.since, it.at, it.holding, it.lacking) == ("prod", WINDOW.since, NOW, [OPEN], {})
    assert it.packages is not None
    assert it.packages.rows == (package(),)
    assert (it.days[0].day, it.days[-1].day, len(it.days)) == (TODAY - 30 * DAY, TODAY - DAY, 30)


def test_the_days_are_those_of_the_account_wherever_the_clock_stands() -> None:
    # Half past midnight of the twenty-third in Shanghai, when it is the twenty-second in UTC.
    it = seen(window=replace(WINDOW, at=datetime(2026, 11, 22, 16, 30, tzinfo=UTC)))

    assert it.days[-1].day == TODAY


def test_packages_that_can_not_be_had_are_lacking() -> None:
    it = seen(FakeCloud([package()], failure=AWAY))

    assert it.packages is None
    assert it.lacking["packages"] is AWAY
    assert len(it.days) == 30


def test_statistics_that_can_not_be_had_are_lacking_and_no_days_of_nothing() -> None:
    it = seen(FakeCloud([package()]), FakeHistory(failure=AWAY))

    assert it.days == ()
    assert it.lacking["statistics"] is AWAY
    assert it.packages is not None


def test_days_that_are_still_loading_are_days_of_which_nothing_is_known() -> None:
    it = seen(past=FakeHistory(loading=True))

    assert [(day.sent, day.receipts) for day in it.days] == [(None, None)] * 30
    assert it.lacking == {}


def test_a_rejection_that_was_first_seen_since_the_digest_before_is_new() -> None:
    since = {
        ("template", 1): WINDOW.since + timedelta(minutes=1),
        ("template", 2): WINDOW.since,
        ("signature", 1): WINDOW.since - DAY,
    }
    cloud = FakeCloud(
        templates_=[rejected(template(1, "a"), 9 * DAY), rejected(template(2, "b"), 9 * DAY)],
        signatures_=[replace(signature(1, "c", "rejected"), created=NOW - 9 * DAY)],
    )

    it = seen(cloud, reviews=FakeReviews(since))

    assert [one.id for one in it.rejected] == [1]


def test_at_the_first_look_only_what_was_made_since_then_is_new() -> None:
    cloud = FakeCloud(
        templates_=[rejected(template(1, "old"), 9 * DAY), rejected(template(2, "new"), timedelta(hours=2))]
    )

    it = seen(cloud)

    assert [one.id for one in it.rejected] == [2]


def test_only_rejections_are_told() -> None:
    cloud = FakeCloud(
        templates_=[rejected(template(1, "a"), DAY / 2, it) for it in ("usable", "reviewing", "unknown")],
        signatures_=[signature(3, "c", "rejected", "材料不全")],
    )

    it = seen(cloud)

    assert it.rejected == [signature(3, "c", "rejected", "材料不全")]


def test_a_template_for_everywhere_is_one_and_a_signature_of_the_same_number_is_another() -> None:
    reviews = FakeReviews()
    cloud = FakeCloud(
        templates_=[rejected(template(7, "a", everywhere=True), DAY / 2)],
        signatures_=[signature(7, "b", "rejected", international=True)],
    )

    it = seen(cloud, reviews=reviews)

    assert [id_of(one) for one in it.rejected] == [("template", 7), ("signature", 7)]
    assert len(reviews.seen) == 2


def test_reviews_that_are_refused_are_lacking_and_nothing_is_kept_of_half_of_them() -> None:
    reviews = FakeReviews()

    it = seen(HalfCloud([package()], templates_=[rejected(template(1, "a"), DAY / 2)]), reviews=reviews)

    assert isinstance(it.lacking["reviews"], Refused)
    assert it.rejected == ()
    assert reviews.seen == []
    assert it.packages is not None


def test_reviews_that_are_slow_are_lacking_and_hold_nothing_up() -> None:
    it = seen(SlowCloud([package()]), window=replace(WINDOW, patience=0.01))

    assert it.lacking["reviews"].phrase == "digest.reviews_slow"
    assert it.packages is not None


def test_reviews_are_lacking_where_the_database_is_away() -> None:
    it = seen(reviews=FakeReviews(failure=BotError("store.away")))

    assert it.lacking["reviews"].phrase == "store.away"


def test_what_was_seen_rejected_by_a_clock_that_was_ahead_is_no_news_for_years() -> None:
    one = rejected(template(7, "promo"), 90 * DAY)

    reviews = FakeReviews({("template", 7): NOW + 365 * DAY})

    assert seen(FakeCloud(templates_=[one]), reviews=reviews).rejected == []
