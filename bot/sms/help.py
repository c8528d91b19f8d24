"""What can be asked for with /sms: all of it, or one verb in detail. Made from the rows of the verbs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.sms.report import Cell, Code, Facts, Listing, Paragraph, Report, Say, Table, say


@dataclass(frozen=True, slots=True)
class Topic:
    """A verb as help tells of it; `names` are the other words for it. `further` is a phrase on what it is about."""

    verb: str
    examples: tuple[str, ...]
    names: tuple[str, ...] = ()
    further: str = ""

    @property
    def phrase(self) -> str:
        """What its phrases are called: verb.<phrase> and usage.<phrase>."""
        return self.verb.replace("-", "_")


def overview(topics: Iterable[Topic]) -> Report:
    """A line a verb."""
    columns = (say("help.type_this"), say("help.to_do_this"))
    table = Table(columns, tuple((usage(it), say(f"verb.{it.phrase}")) for it in topics))
    return Report(say("help.title"), (Paragraph(say("help.just_ask")), table), (say("help.more"),))


def detail(topic: Topic) -> Report:
    """One verb: what it does, what to type, examples, other names."""
    rows: list[tuple[Say, Cell]] = [(say("help.usage"), usage(topic))]
    if topic.names:
        rows.append((say("help.names"), " / ".join(topic.names)))
    examples = Listing(tuple(Code(f"/sms {it}") for it in topic.examples))
    parts = (
        Paragraph(say(f"verb.{topic.phrase}")),
        Facts(tuple(rows)),
        Paragraph(say("help.examples")),
        examples,
        *((Paragraph(say(topic.further)),) if topic.further else ()),
    )
    return Report(say("help.title_of", verb=topic.verb), parts)


def unknown(word: str, topics: Sequence[Topic]) -> Report:
    """A word that is no verb, and all that there are."""
    whole = overview(topics)
    return Report(whole.title, (Paragraph(say("help.no_such_verb", verb=word)), *whole.parts), whole.notes)


def usage(topic: Topic) -> Say:
    return say("help.command", usage=say(f"usage.{topic.phrase}"))
