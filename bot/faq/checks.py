"""What the shape of one value can't tell: names that lead nowhere, texts that stand twice.

The checks look at the tables as they stand in the files, so that a mistake of another kind in a file
hides none of these. What a file doesn't hold as expected is passed over: `Source.shaped` reports it.
"""

import re
import unicodedata
from collections.abc import Iterator
from string import Formatter

from bot.faq.folder import CODES, CONCEPTS, PHRASES, RECEIPTS, RULES, TOPICS, Files
from bot.faq.normalise import Normaliser
from bot.language import LANGUAGES, Language
from bot.places import Steps
from bot.source import ANY, Source, dotted

LINKED_CODES = (("related", ANY), ("counterparts", ANY), ("alias_of",))
CARRIERS = ("carrier", "second")
SAID_IN_BOTH = ("note", "causes", "fix")
SECTIONS_OF_RULES = ("guess", "form", "rule")


def check(files: Files, normaliser: Normaliser) -> None:
    check_see(files)
    check_linked_codes(files)
    check_reasons(files)
    check_categories(files)
    check_codes_once(files)
    check_both_languages(files)
    check_phrasings(files, normaliser)
    check_concepts(files, normaliser)
    check_patterns(files)
    check_rules_once(files)
    check_blanks(files)


def check_see(files: Files) -> None:
    """No `see` leads nowhere, or to itself."""
    for entry, page in files.pages.items():
        for steps, value in page.strings("see", ANY):
            if value not in files.ids or value == entry:
                page.report("dead_see", page.line_of(*steps), value=value)
    for source, rows in explained(files):
        for steps, value in source.strings(*rows, "see", ANY):
            if value not in files.ids:
                source.report("dead_see", source.line_of(*steps), value=value)
    for source, rows in ruled(files):
        for steps, value in source.strings(*rows, "see"):
            if value not in files.ids:
                source.report("dead_see", source.line_of(*steps), value=value)


def check_linked_codes(files: Files) -> None:
    """No code of an entry leads nowhere, and no code that stands beside another one."""
    tables = [files.tables.get(name) for name in (*CODES, RECEIPTS)]
    if any(source is None or source.table is None for source in tables):
        # A file that can't be read would make dead codes of all that it holds, and hide its own mistake.
        return
    names = {value for _, _, value in codes(files)}
    for page in files.pages.values():
        for steps, value in page.strings("codes", ANY):
            if value not in names:
                page.report("dead_code", page.line_of(*steps), value=value)
    for source, rows in explained(files):
        own = {steps[:2]: value for steps, value in source.strings(*rows, "code")}
        for steps, value in (it for linked in LINKED_CODES for it in source.strings(*rows, *linked)):
            if value not in names or value == own.get(steps[:2]):
                source.report("dead_code", source.line_of(*steps), value=value)


def check_reasons(files: Files) -> None:
    """Every list of receipts stands under a reason that there is."""
    if source := files.tables.get(RECEIPTS):
        reasons = {steps[-1] for steps, _ in source.values("reason", ANY)}
        for steps, _ in (it for section in CARRIERS for it in source.values(section, ANY, ANY)):
            if steps[-1] not in reasons:
                source.report("dead_reason", source.line_of(*steps), reason=str(steps[-1]))


def check_categories(files: Files) -> None:
    """Every category has a name to show."""
    phrases = files.tables.get(PHRASES)
    if phrases is None or phrases.table is None:
        return
    named = {steps[-1] for steps, _ in phrases.values("category", ANY)}
    for entry, page in files.pages.items():
        category = entry.partition("/")[0]
        if category not in named:
            page.report("unknown_category", category=category)


def check_codes_once(files: Files) -> None:
    """No code stands twice; but a carrier's code may have several second meanings."""
    seen: set[tuple[Steps, str]] = set()
    for source, steps, value in codes(files):
        if steps[0] == "second":
            continue
        # The APIs mean one thing by a code, in any capitals; two carriers may mean two.
        key = (steps[:2], value) if source.name == RECEIPTS else ((), value.lower())
        if key in seen:
            source.report("twice", source.line_of(*steps), value=value)
        seen.add(key)


def check_both_languages(files: Files) -> None:
    """What is said of a code in one language is said in the other: else the bot would keep it back."""
    for source, rows in explained(files):
        for steps, row in source.values(*rows):
            for language, key in missing_texts(row):
                source.report(
                    "missing_key",
                    source.line_of(*steps, language),
                    key=dotted((*steps, language, key)),
                    reason="",
                )


def missing_texts(row: object) -> Iterator[tuple[Language, str]]:
    if not isinstance(row, dict):
        return
    texts = [row.get(language) for language in LANGUAGES]
    if all(isinstance(text, dict) for text in texts):
        for key in SAID_IN_BOTH:
            there = [language for language in LANGUAGES if row[language].get(key)]
            if len(there) == 1:
                yield "en" if there == ["zh"] else "zh", key


def check_phrasings(files: Files, normaliser: Normaliser) -> None:
    """No phrasing stands twice: two entries can't both be its answer."""
    seen: dict[str, tuple[Source, Steps]] = {}
    for source, steps, phrasing in phrasings(files):
        key = normaliser.key(phrasing)
        if not key:
            source.report("no_words", source.line_of(*steps), phrasing=phrasing)
        elif key in seen:
            other, there = seen[key]
            place = f"{other.name}:{other.line_of(*there)}"
            source.report("phrasing_twice", source.line_of(*steps), phrasing=phrasing, place=place)
        else:
            seen[key] = source, steps


def check_concepts(files: Files, normaliser: Normaliser) -> None:
    """No word belongs to two concepts: it would depend on their order which one it means."""
    if not (source := files.tables.get(CONCEPTS)):
        return
    asking = {steps[:2] for steps, role in source.strings("concept", ANY, "role") if role == "asking"}
    seen: dict[tuple[Language, str], Steps] = {}
    for language in LANGUAGES:
        for steps, word in source.strings("concept", ANY, language, ANY):
            if steps[:2] in asking:
                continue
            first = seen.setdefault((language, normaliser.normalise(word)), steps[:2])
            if first != steps[:2]:
                source.report("word_twice", source.line_of(*steps), word=word, concept=str(first[-1]))


def check_patterns(files: Files) -> None:
    """Every pattern can be looked for, and is written as the text is when it is compared with it."""
    for source, rows in ruled(files):
        for steps, pattern in source.strings(*rows, "patterns", ANY):
            key = dotted(steps)
            if unicodedata.normalize("NFKC", pattern) != pattern:
                source.report("wide_pattern", source.line_of(*steps), key=key)
            try:
                re.compile(pattern)
            except (re.error, OverflowError, RecursionError) as error:
                source.report("broken_pattern", source.line_of(*steps), key=key, reason=str(error))


def check_rules_once(files: Files) -> None:
    """No rule about words has the name of a form: a finding is told by its name."""
    if source := files.tables.get(RULES):
        forms = {steps[-1] for steps, _ in source.values("form", ANY)}
        for steps, _ in source.values("rule", ANY):
            if steps[-1] in forms:
                source.report("rule_twice", source.line_of(*steps), rule=str(steps[-1]))


def check_blanks(files: Files) -> None:
    """Both languages of a phrase leave the same blanks, and the program can fill them."""
    if not (source := files.tables.get(PHRASES)):
        return
    left = {steps: blanks(text) for steps, text in source.strings(ANY, ANY, ANY)}
    for steps, names in left.items():
        english = left.get((*steps[:2], "en"))
        if names is None:
            source.report("broken_blanks", source.line_of(*steps), phrase=dotted(steps))
        elif steps[-1] == "zh" and english is not None and names != english:
            source.report("unlike_blanks", source.line_of(*steps), phrase=dotted(steps[:2]))


def blanks(phrase: str) -> set[str] | None:
    """The names in braces that a phrase leaves to be filled; None when they aren't plain names."""
    try:
        fields = [field for field in Formatter().parse(phrase) if field[1] is not None]
    except ValueError:
        return None
    names = {str(name) for _, name, _, _ in fields}
    plain = all(name.isidentifier() for name in names) and not any(spec or how for _, _, spec, how in fields)
    return names if plain else None


def explained(files: Files) -> Iterator[tuple[Source, Steps]]:
    """The tables that explain codes, and the steps to the rows in them."""
    for name in (*CODES, RECEIPTS):
        if source := files.tables.get(name):
            yield source, ("reason" if name == RECEIPTS else "code", ANY)


def ruled(files: Files) -> Iterator[tuple[Source, Steps]]:
    """The table of rules, and the steps to the rows in each of its sections."""
    if source := files.tables.get(RULES):
        yield from ((source, (section, ANY)) for section in SECTIONS_OF_RULES)


def codes(files: Files) -> Iterator[tuple[Source, Steps, str]]:
    """Every code where it is explained or listed."""
    for name in (*CODES, RECEIPTS):
        if source := files.tables.get(name):
            lists = [(section, ANY, ANY, ANY) for section in CARRIERS]
            for steps in lists if name == RECEIPTS else [("code", ANY, "code")]:
                yield from ((source, *it) for it in source.strings(*steps))


def phrasings(files: Files) -> Iterator[tuple[Source, Steps, str]]:
    """Every text that a question is compared with: titles, ways to ask, topics."""
    for page in files.pages.values():
        for steps in (("zh",), ("en",), ("ask", "zh", ANY), ("ask", "en", ANY)):
            yield from ((page, *it) for it in page.strings(*steps))
    if topics := files.tables.get(TOPICS):
        for language in LANGUAGES:
            yield from ((topics, *it) for it in topics.strings("topic", ANY, language, ANY))
