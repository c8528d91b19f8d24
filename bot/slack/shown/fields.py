"""The fields of a form: input blocks, and what Slack says was filled in.

A field's name is its block's id, so that an error can stand below it. What is empty reads as "".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.message import Block
from bot.slack.shown.blocks import Element, plain

# The state of a view: by block, by action, the element.
Values = Mapping[str, Mapping[str, Mapping[str, Any]]]

# The action_id of every field: a block holds but one.
FILLED = "filled"
# API: Block Kit.
MOST_OPTIONS, MOST_GROUPS = 100, 100
MOST_IN_OPTION, MOST_IN_OPTION_VALUE = 75, 150
MOST_IN_HINT, MOST_IN_PLACEHOLDER, MOST_TYPED = 2_000, 150, 3_000
# Ours: what is sought is a sentence.
MOST_SOUGHT = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """`value` is what is read back; `label` is plain."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    choices: tuple[Choice, ...]


def text(name: str, label: str, *, hint: str = "", value: str = "", optional: bool = False) -> Block:
    """Several lines to type, at most 3,000 characters."""
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": FILLED,
        "multiline": True,
        "max_length": MOST_TYPED,
    }
    if value:
        element["initial_value"] = value[:MOST_TYPED]
    return field_of(name, label, element, hint, optional=optional)


def search(name: str, action_id: str, label: str, placeholder: str, value: str = "") -> Block:
    """One line that is a button as well: return presses it, with what was typed as its value."""
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": action_id,
        "max_length": MOST_SOUGHT,
        "placeholder": plain(placeholder, MOST_IN_PLACEHOLDER),
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    if value:
        element["initial_value"] = value[:MOST_SOUGHT]
    return {**field_of(name, label, element), "dispatch_action": True}


def menu(name: str, label: str, groups: Sequence[Group], *, chosen: str = "") -> Block:
    """One of many; at least one has to be there. A single group shows no label."""
    parts = [part for group in groups for part in parts_of(group)][:MOST_GROUPS]
    element: dict[str, Any] = {"type": "static_select", "action_id": FILLED}
    if len(parts) == 1:
        element["options"] = options(parts[0].choices)
    else:
        element["option_groups"] = [
            {"label": plain(it.label, MOST_IN_OPTION), "options": options(it.choices)} for it in parts
        ]
    if first := begun_with((it for part in parts for it in part.choices), chosen):
        element["initial_option"] = first
    return field_of(name, label, element)


def radios(name: str, label: str, choices: Sequence[Choice]) -> Block:
    """One of at most ten, all seen at once."""
    return field_of(
        name, label, {"type": "radio_buttons", "action_id": FILLED, "options": options(choices[:10])}
    )


def field_of(name: str, label: str, element: Element, hint: str = "", *, optional: bool = False) -> Block:
    made = {"type": "input", "block_id": name, "label": plain(label), "element": element}
    if hint:
        made["hint"] = plain(hint, MOST_IN_HINT)
    return {**made, "optional": True} if optional else made


def parts_of(group: Group) -> Iterable[Group]:
    """A group of more choices than a group may have, as several of the same label."""
    for begin in range(0, len(group.choices), MOST_OPTIONS):
        yield Group(group.label, group.choices[begin : begin + MOST_OPTIONS])


def options(choices: Iterable[Choice]) -> list[Element]:
    return [option(it) for it in choices]


def option(choice: Choice) -> Element:
    """A value that is too long is cut, and so will be known for none of ours when it is read back."""
    return {"text": plain(choice.label, MOST_IN_OPTION), "value": choice.value[:MOST_IN_OPTION_VALUE]}


def begun_with(choices: Iterable[Choice], chosen: str) -> Element | None:
    return next((option(it) for it in choices if it.value == chosen), None)


def typed(values: Values, name: str) -> str:
    """What was typed, without the blanks around it."""
    match filled(values, name):
        case {"value": str(text)}:
            return text.strip()
        case _:
            return ""


def lines(values: Values, name: str) -> tuple[str, ...]:
    """What was typed, a line each, without empty ones."""
    rows = (row.strip() for row in typed(values, name).splitlines())
    return tuple(row for row in rows if row)


def chosen(values: Values, name: str) -> str:
    """The value of what was chosen."""
    match filled(values, name):
        case {"selected_option": {"value": str(value)}}:
            return value
        case _:
            return ""


def filled(values: Values, name: str) -> object:
    return values.get(name, {}).get(FILLED)
