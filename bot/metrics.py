"""What is counted and timed, for Prometheus. No label holds an id, a name or anything that a person wrote."""

from collections.abc import Callable
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
# The rest is "other": a label of any text could fill the memory of whoever collects it.
DIFFERENT_VALUES = 60
# Seconds. Slack waits three for an acknowledgement.
UNTIL_ACKNOWLEDGED = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
UNTIL_HANDLED = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

GaugeName = Literal["sockets_alive", "inbox_waiting", "outbox_waiting"]
GAUGES: dict[GaugeName, str] = {
    "sockets_alive": "Connections that Slack can deliver to.",
    "inbox_waiting": "Deliveries that are acknowledged and not dealt with.",
    "outbox_waiting": "Messages that wait for their turn.",
}


class Metrics:
    """Counts of one bot. Two of them in one process know nothing of each other."""

    def __init__(self, version: str) -> None:
        self._registry = registry = CollectorRegistry()
        self._values: dict[str, set[str]] = {}
        self._requests = counter(registry, "requests", "Deliveries dealt with.", "kind", "result")
        self._duplicates = counter(registry, "duplicates", "Deliveries that were known.", "kind")
        self._taken_over = counter(registry, "taken_over", "Deliveries that somebody else had left.")
        self._answers = counter(registry, "answers", "Questions by how they ended.", "outcome", "language")
        self._verbs = counter(registry, "verbs", "Commands carried out.", "verb", "result")
        self._refusals = counter(registry, "refusals", "What somebody may not do.", "reason")
        self._signatures = counter(registry, "signature_failures", "Requests that Slack has not signed.")
        self._calls = counter(registry, "slack_calls", "Calls of Slack's API.", "method", "result")
        self._postings = counter(
            registry, "postings", "Digests and alerts by what became of an attempt.", "kind", "result"
        )
        self._looks = counter(registry, "looks", "Looks at accounts for alerts.", "result")
        self._rounds = counter(registry, "rounds", "Rounds of the schedule.", "round")
        self._errors = counter(registry, "errors", "Errors that nobody expected.")
        self._acknowledging = histogram(
            registry, "acknowledge_seconds", "From a delivery to its acknowledgement.", UNTIL_ACKNOWLEDGED
        )
        self._handling = histogram(
            registry, "handle_seconds", "From an acknowledgement to the end.", UNTIL_HANDLED
        )
        self._gauges = {
            name: Gauge(name, words, namespace="smsbot", registry=registry) for name, words in GAUGES.items()
        }
        Info("build", "The program.", namespace="smsbot", registry=registry).info({"version": version})
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)

    def requested(self, kind: str, result: str) -> None:
        self._requests.labels(self._bounded("kind", kind), self._bounded("result", result)).inc()

    def duplicate(self, kind: str) -> None:
        self._duplicates.labels(self._bounded("kind", kind)).inc()

    def taken_over(self, count: int = 1) -> None:
        self._taken_over.inc(count)

    def answered(self, outcome: str, language: str) -> None:
        self._answers.labels(self._bounded("outcome", outcome), self._bounded("language", language)).inc()

    def carried_out(self, verb: str, result: str = "done") -> None:
        self._verbs.labels(self._bounded("verb", verb), self._bounded("result", result)).inc()

    def refused(self, reason: str) -> None:
        self._refusals.labels(self._bounded("reason", reason)).inc()

    def signature_failed(self) -> None:
        self._signatures.inc()

    def called(self, method: str, result: str) -> None:
        """A call of Slack's API, by its method (`chat.postMessage`)."""
        self._calls.labels(self._bounded("method", method), self._bounded("result", result)).inc()

    def posted(self, kind: str, result: str) -> None:
        """A digest or an alert: `sent`, or what kept it."""
        self._postings.labels(self._bounded("kind", kind), self._bounded("result", result)).inc()

    def looked(self, result: str) -> None:
        """At an account: `whole`, or `partly` where something could not be had."""
        self._looks.labels(self._bounded("result", result)).inc()

    def round_made(self, name: str) -> None:
        self._rounds.labels(self._bounded("round", name)).inc()

    def failed(self) -> None:
        self._errors.inc()

    def acknowledged(self, kind: str, seconds: float) -> None:
        self._acknowledging.labels(self._bounded("kind", kind)).observe(seconds)

    def handled(self, kind: str, seconds: float) -> None:
        self._handling.labels(self._bounded("kind", kind)).observe(seconds)

    def watch(self, gauge: GaugeName, value: Callable[[], float]) -> None:
        """Asks `value` whenever somebody looks."""
        self._gauges[gauge].set_function(value)

    def page(self) -> bytes:
        """All of it, in Prometheus's text format."""
        return generate_latest(self._registry)

    def _bounded(self, label: str, value: str) -> str:
        known = self._values.setdefault(label, set())
        if value in known:
            return value
        if len(known) >= DIFFERENT_VALUES:
            return "other"
        known.add(value)
        return value


def counter(registry: CollectorRegistry, name: str, words: str, *labels: str) -> Counter:
    return Counter(name, words, labels, namespace="smsbot", registry=registry)


def histogram(registry: CollectorRegistry, name: str, words: str, buckets: tuple[float, ...]) -> Histogram:
    return Histogram(name, words, ("kind",), namespace="smsbot", registry=registry, buckets=buckets)
