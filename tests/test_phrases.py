"""The bot's own words."""

from bot.language import Both
from bot.phrases import Phrases

PHRASES = Phrases({"console.hello": Both("你好，{name}", "Hello {name}")})


def test_a_phrase_is_said_in_either_language_with_its_blanks_filled() -> None:
    assert PHRASES.say("console.hello", "zh", name="小李") == "你好，小李"
    assert PHRASES.say("console.hello", "en", name="Li") == "Hello Li"


def test_a_missing_phrase_is_told_by_name_rather_than_failing() -> None:
    assert PHRASES.say("mistake.gone", "en", file="x.md") == "mistake.gone file=x.md"
