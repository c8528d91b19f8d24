"""The inputs of a form, one after the other."""

from typing import Any

import pytest

from bot.terminal.fields import Asking, Complaint, Field, fields_of

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def field(kind: str, *labels: str, **more: Any) -> Field:
    options = [{"text": plain(it), "value": f"v{at}"} for at, it in enumerate(labels)]
    element = {"type": kind, "action_id": "filled", **({"options": options} if labels else {}), **more}
    (made,) = fields_of([block("one", element)])
    return made


def block(name: str, element: Block) -> Block:
    return {"type": "input", "block_id": name, "label": plain(name), "element": element}


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", "v0"), ("Balance", "v1"), ("balance", "v1"), ("v2", "v2"), ("refund of a main", "v2")],
)
def test_an_option_is_chosen_by_number_label_value_or_a_part_of_it(text: str, value: str) -> None:
    asked = field("static_select", "How long", "Balance", "Refund of a mainland package")

    assert asked.read(text, None) == value


def test_a_part_that_fits_several_names_them() -> None:
    asked = field("static_select", "Refund here", "Refund there")

    assert asked.read("refund", None) == Complaint(
        "console.field_which", {"options": "Refund here / Refund there"}
    )


@pytest.mark.parametrize("text", ["1 3", "1,3", "1、3"])
def test_several_are_chosen_with_blanks_or_commas(text: str) -> None:
    assert field("checkboxes", "a", "b", "c").read(text, None) == ["v0", "v2"]


def test_one_wrong_of_several_is_wrong() -> None:
    assert field("checkboxes", "a", "b").read("1 9", None) == Complaint("console.field_choose", {"count": 2})


@pytest.mark.parametrize(("text", "right"), [("12.5", True), ("twelve", False), ("NaN", False)])
def test_a_number_is_one(text: str, *, right: bool) -> None:
    assert (field("number_input").read(text, None) == text) == right


def test_lines_are_typed_in_one_where_a_field_takes_several() -> None:
    assert field("plain_text_input", multiline=True).read("a\\nb", None) == "a\nb"
    assert field("plain_text_input").read("a\\nb", None) == "a\\nb"


def test_a_form_that_changes_keeps_what_was_entered_and_asks_for_the_rest() -> None:
    text = {"type": "plain_text_input", "action_id": "filled"}
    asking = Asking(fields_of([block("a", text), block("b", text)]))
    assert asking.take("first") is None

    asking.renew([block("c", text), block("a", text)])

    assert [it.key for it in asking.left] == ["c"]
    assert asking.entered == {"a": "first"}
