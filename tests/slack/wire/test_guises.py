"""The guises of a message, and what Slack does not know."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.message import Message
from bot.slack.wire.client import Refused
from bot.slack.wire.guises import Wardrobe, kinds_named, kinds_of
from tests.slack.api import Hands

BLOCKS = st.lists(
    st.fixed_dictionaries({"type": st.sampled_from(["section", "container", "table"])}), max_size=3
)
REASONS = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.from_regex(r"no \[json-pointer:/blocks/[0-9a-z]{1,3}(/[0-9a-z]{1,5})?/type\]", fullmatch=True),
    ),
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(BLOCKS, BLOCKS, REASONS)
def test_whatever_slack_refuses_the_words_remain(
    blocks: list[dict[str, str]], plain: list[dict[str, str]], reasons: list[str]
) -> None:
    wardrobe = Wardrobe(Hands().clock())
    message = Message("hello", tuple(blocks), lambda: tuple(plain))

    for guise in wardrobe.guises(message):
        wardrobe.note(guise, Refused("invalid_blocks", reasons=tuple(reasons)))
    guises = list(wardrobe.guises(message))

    assert 1 <= len(guises) <= 3
    assert guises[-1] == {"text": "hello", "blocks": []}
    assert all(it["text"] == "hello" for it in guises)


def test_kinds_are_found_at_any_depth() -> None:
    blocks = (
        {"type": "container", "child_blocks": [{"type": "rich_text", "elements": ({"type": "link"},)}]},
    )

    assert kinds_of(blocks) == {"container", "rich_text", "link"}


def test_only_the_kind_that_is_named_as_unknown_counts() -> None:
    guise = {"blocks": [{"type": "section"}, {"type": "container", "child_blocks": [{"type": "table"}]}]}
    reasons = [
        "unsupported type [json-pointer:/blocks/1/child_blocks/0/type]",
        "too long [json-pointer:/blocks/0/text/text]",
        "no such place [json-pointer:/blocks/7/type]",
    ]

    assert list(kinds_named(reasons, guise)) == ["table"]
