"""A form filled in, as Slack hands it over."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.message import View
from bot.slack.shown.fields import Values


def filled_in(view: View, **given: str) -> Values:
    """Slack's state of a form: what is `given` by field, else what the field began with.

    Raises:
        KeyError: for what can't be filled in: a field that isn't there, an option that isn't offered.
    """
    inputs = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    if strange := given.keys() - inputs.keys():
        raise KeyError(*strange)
    return {
        name: {element["action_id"]: state_of(element, given.get(name))} for name, element in inputs.items()
    }


def state_of(element: Mapping[str, Any], given: str | None) -> Mapping[str, Any]:
    if element["type"] == "plain_text_input":
        return {"type": element["type"], "value": element.get("initial_value") if given is None else given}
    offered = {it["value"]: it for it in options_of(element)}
    chosen = element.get("initial_option") if given is None else offered[given]
    return {"type": element["type"], "selected_option": chosen}


def options_of(element: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from element.get("options", ())
    for group in element.get("option_groups", ()):
        yield from group["options"]
