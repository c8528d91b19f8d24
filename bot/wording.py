"""What a reply says, as Markdown in one language. Surfaces draw it; none of them words it anew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import assert_never

from bot.faq.assistant import Answered, Hit, Reply, Unknown, Unsure
from bot.faq.codes import Named, Unlisted
from bot.faq.entry import Code, Entry
from bot.language import Language
from bot.phrases import Phrases


class Wording:
    def __init__(self, phrases: Phrases, entries: Mapping[str, Entry]) -> None:
        self.phrases = phrases
        self._entries = entries

    @property
    def updated(self) -> date:
        """The date of the newest answer."""
        return max(entry.updated for entry in self._entries.values())

    def markdown(self, reply: Reply) -> str:
        """The whole reply: what is shown, offered or not known."""
        match reply:
            case Answered():
                return "\n\n---\n\n".join(
                    self._shown(hit, see, reply.language) for hit, see in onward(reply.shown)
                )
            case Unsure():
                return self._choices(reply)
            case Unknown():
                return self._unknown(reply)
            case _:
                assert_never(reply)

    def _shown(self, hit: Hit, see: Sequence[str], language: Language) -> str:
        if isinstance(hit.subject, Entry):
            return self._entry(hit.subject, see, language)
        return self._code(hit.subject, see, language)

    def entry(self, entry: Entry, language: Language) -> str:
        """The answer under its question, with its pages, its neighbours and its date."""
        return self._entry(entry, entry.see, language)

    def _entry(self, entry: Entry, see: Sequence[str], language: Language) -> str:
        parts = [f"**{entry.title[language]}**", entry.answer[language], self.links(entry, language)]
        if see:
            parts.append(self._see(see, language))
        parts.append(f"*{self.source(entry, language)}*")
        return "\n\n".join(part for part in parts if part)

    def links(self, entry: Entry, language: Language) -> str:
        """The pages of an answer under their heading; "" for none."""
        if not entry.links:
            return ""
        rows = "\n".join(f"- [{link.title}]({address(link.url)})" for link in entry.links)
        return f"{self.phrases.say('answer.links', language)}\n{rows}"

    def source(self, entry: Entry, language: Language) -> str:
        category = self.phrases.say(f"category.{entry.category}", language)
        updated = entry.updated.isoformat()
        return self.phrases.say("answer.source", language, category=category, updated=updated)

    def code(self, named: Named, language: Language) -> str:
        """One code: what it means, why it comes, what to do, whether a retry makes sense."""
        return self._code(named, see_of(named), language)

    def _code(self, named: Named, see: Sequence[str], language: Language) -> str:
        parts = [self.heading(named, language), self.readings(named, language)]
        if see:
            parts.append(self._see(see, language))
        return "\n\n".join(parts)

    def heading(self, named: Named, language: Language) -> str:
        """The name of a code, where it comes from, and how well that is known."""
        first = named.readings[0]
        return self.phrases.say(
            "code.heading",
            language,
            name=named.name,
            origin=self.phrases.say(f"origin.{first.origin}", language),
            verified=self.phrases.say(f"verified.{first.verified}", language),
        )

    def readings(self, named: Named, language: Language) -> str:
        """What stands below the heading of a code."""
        return "\n\n".join(self._readings(named.readings, language))

    def advice(self, named: Named, language: Language) -> str:
        """The same below a title that tells what the code means, if that is one thing only."""
        same = named.readings
        lead = [f"{it}\n" for it in self._carriers(same, language)]
        return "\n".join([*lead, *self._advised(same[0], language)])

    def title(self, hit: Hit, language: Language) -> str:
        """A line that names a hit, for a choice."""
        if isinstance(hit.subject, Entry):
            return hit.subject.title[language]
        meaning = hit.subject.readings[0].meaning[language]
        return self.phrases.say("code.choice", language, name=f"`{hit.id}`", meaning=meaning)

    def titles(self, names: Iterable[str], language: Language) -> list[tuple[str, str]]:
        """Of the answers of these ids that there are, each id with its title."""
        return [(it, self._entries[it].title[language]) for it in names if it in self._entries]

    def _readings(self, readings: tuple[Code, ...], language: Language) -> Iterator[str]:
        """Each meaning once, with the carriers that share it."""
        if len({reading.carrier for reading in readings}) > 1:
            yield self.phrases.say("code.several_carriers", language)
        by_meaning = groupby(sorted(readings, key=meaning_first), key=meaning_first)
        for (second, _), group in by_meaning:
            same = list(group)
            yield "\n".join(self._reading(same, language, second=second))

    def _reading(self, same: list[Code], language: Language, *, second: bool) -> Iterator[str]:
        say, code = self.phrases.say, same[0]
        meaning = code.meaning[language]
        if second:
            meaning = say("code.second", language, meaning=meaning)
        carriers = "".join(self._carriers(same, language))
        yield say("code.meaning", language, carriers=carriers, meaning=meaning) if carriers else meaning
        yield ""
        yield from self._advised(code, language)

    def _carriers(self, same: Iterable[Code], language: Language) -> Iterator[str]:
        """Who uses a code, where that is not everybody."""
        names = [self.phrases.say(f"carrier.{it.carrier}", language) for it in same if it.carrier]
        if names:
            yield " / ".join(names)

    def _advised(self, code: Code, language: Language) -> Iterator[str]:
        say = self.phrases.say
        yield from self._listed("code.causes", code.causes[language], language)
        yield from self._listed("code.fix", code.fix[language], language)
        yield f"- {say('retry.label', language, advice=self._retry(code, language))}"
        if code.counterparts:
            yield f"- {say('code.counterparts', language, codes=quoted(code.counterparts))}"
        if code.related:
            yield f"- {say('code.related', language, codes=quoted(code.related))}"
        if code.alias_of:
            yield f"- {say('code.alias', language, name=f'`{code.alias_of}`')}"
        if code.note:
            yield f"- {code.note[language]}"

    def _retry(self, code: Code, language: Language) -> str:
        if code.wait:
            return self.phrases.say("retry.wait_until", language, wait=code.wait[language])
        return self.phrases.say(f"retry.{code.retry}", language)

    def _listed(self, phrase: str, rows: tuple[str, ...], language: Language) -> Iterator[str]:
        if rows:
            between = self.phrases.say("code.between", language)
            words = between.join(row.rstrip("。.") for row in rows)
            yield f"- {self.phrases.say(phrase, language, rows=words)}"

    def _see(self, names: Iterable[str], language: Language) -> str:
        titles = "\n".join(f"- {title}" for _, title in self.titles(names, language))
        return f"{self.phrases.say('answer.see', language)}\n{titles}"

    def asked_back(self, reply: Unsure) -> str:
        """The question before the choices."""
        say, language = self.phrases.say, reply.language
        lead = [*self._unlisted(reply.unlisted, language)]
        lead.append(say("code.did_you_mean" if reply.unlisted else "answer.unsure", language))
        return "\n\n".join(lead)

    def _choices(self, reply: Unsure) -> str:
        rows = [f"{place}. {self.title(hit, reply.language)}" for place, hit in enumerate(reply.choices, 1)]
        return f"{self.asked_back(reply)}\n\n" + "\n".join(rows)

    def _unknown(self, reply: Unknown) -> str:
        say, language = self.phrases.say, reply.language
        if reply.unlisted:
            return "\n\n".join(
                [*self._unlisted(reply.unlisted, language), say("code.unlisted_next", language)]
            )
        if not reply.question.strip():
            return say("answer.nothing_asked", language)
        return "\n\n".join([say("answer.unknown", language), say("answer.unknown_next", language)])

    def _unlisted(self, unlisted: tuple[Unlisted, ...], language: Language) -> Iterator[str]:
        for it in unlisted:
            words = self.phrases.say("code.unlisted", language, name=f"`{it.name}`")
            if it.family:
                words += " " + self.phrases.say("code.family", language, meaning=it.family[language])
            yield words


def onward(shown: Iterable[Hit]) -> Iterator[tuple[Hit, list[str]]]:
    """Each hit with the answers that it leads on to: none that stands there itself, none twice."""
    hits = list(shown)
    told = {hit.id for hit in hits}
    for hit in hits:
        names = hit.subject.see if isinstance(hit.subject, Entry) else see_of(hit.subject)
        yield hit, [it for it in names if it not in told]
        told.update(names)


def see_of(named: Named) -> tuple[str, ...]:
    """The ids of the answers that all readings of a code point to, each once."""
    return tuple(dict.fromkeys(name for reading in named.readings for name in reading.see))


def meaning_first(code: Code) -> tuple[bool, str]:
    return code.second, code.meaning.zh


def quoted(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def address(url: str) -> str:
    """A URL that stays whole inside Markdown's round brackets."""
    return url.replace("(", "%28").replace(")", "%29")
