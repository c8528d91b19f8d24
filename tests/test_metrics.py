"""What is counted comes out for Prometheus, and no number of different words makes it grow."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics


def numbers(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, in the order of their names."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.page().decode())
        for sample in family.samples
    }


def test_everything_that_happens_is_counted_under_its_own_name() -> None:
    metrics = Metrics("1.2.3")

    metrics.requested("slash_command", "ok")
    metrics.duplicate("events_api")
    metrics.taken_over(3)
    metrics.answered("answered", "zh")
    metrics.carried_out("balance")
    metrics.refused("access.not_here")
    metrics.signature_failed()
    metrics.called("chat.postMessage", "ratelimited")
    metrics.failed()
    metrics.failed()

    assert {
        ("smsbot_requests_total", "slash_command", "ok"): 1,
        ("smsbot_duplicates_total", "events_api"): 1,
        ("smsbot_taken_over_total",): 3,
        ("smsbot_answers_total", "zh", "answered"): 1,
        ("smsbot_verbs_total", "done", "balance"): 1,
        ("smsbot_refusals_total", "access.not_here"): 1,
        ("smsbot_signature_failures_total",): 1,
        ("smsbot_slack_calls_total", "chat.postMessage", "ratelimited"): 1,
        ("smsbot_errors_total",): 2,
        ("smsbot_build_info", "1.2.3"): 1,
    }.items() <= numbers(metrics).items()


def test_times_fall_into_buckets_that_tell_whether_slack_still_waited() -> None:
    metrics = Metrics("1.2.3")

    metrics.acknowledged("event", 0.02)
    metrics.acknowledged("event", 2.5)
    metrics.handled("event", 20)

    seen = numbers(metrics)
    assert seen["smsbot_acknowledge_seconds_bucket", "event", "0.025"] == 1
    assert seen["smsbot_acknowledge_seconds_bucket", "event", "3.0"] == 2
    assert seen["smsbot_handle_seconds_sum", "event"] == 20


def test_a_gauge_is_asked_when_somebody_looks() -> None:
    metrics, alive = Metrics("1.2.3"), [2.0]
    metrics.watch("sockets_alive", lambda: alive[0])

    first = numbers(metrics)["smsbot_sockets_alive",]
    alive[0] = 0

    assert (first, numbers(metrics)["smsbot_sockets_alive",]) == (2, 0)


def test_any_number_of_different_words_makes_a_bounded_number_of_lines() -> None:
    metrics = Metrics("1.2.3")

    for number in range(1000):
        metrics.carried_out(f"verb{number}")

    verbs = {key: value for key, value in numbers(metrics).items() if key[0] == "smsbot_verbs_total"}
    assert len(verbs) == 61
    assert sum(verbs.values()) == 1000
    assert verbs["smsbot_verbs_total", "done", "other"] == 940


def test_two_bots_in_one_process_count_apart() -> None:
    one, other = Metrics("1.2.3"), Metrics("1.2.3")

    one.failed()

    assert numbers(other)["smsbot_errors_total",] == 0


def test_the_process_itself_is_measured() -> None:
    assert numbers(Metrics("1.2.3"))["process_resident_memory_bytes",] > 0


def test_the_guide_for_operators_names_only_what_is_counted(project: Path) -> None:
    guide = (project / "docs" / "operations.md").read_text("utf-8")
    metrics = Metrics("1.2.3")
    metrics.posted("digest", "sent")
    metrics.looked("whole")
    metrics.round_made("post")
    metrics.acknowledged("command", 0.1)
    metrics.called("chat.postMessage", "ok")
    counted = {name for name, *_ in numbers(metrics)}

    named = set(re.findall(r"smsbot_[a-z_]+", guide))

    assert named - counted == set()
    assert len(named) > 8
