"""The inputs of a form, asked for one after the other: which are left, and what was entered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from bot.workspace.layout import Block, Control, controls, text_of
from bot.workspace.payloads import initial, options

# One of several.
SINGLE = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
SEVERAL = frozenset({"multi_static_select", "checkboxes"})
# Of those that fit an answer, so many are named.
MOST_ALIKE = 5

# What stands for a line end in what is typed.
LINE_END = "\\n"

Value = str | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why an answer can't be taken: a phrase, and what fills it."""

    phrase: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """`key` is what the entered value stands under; `options` are values and their labels."""

    key: str
    control: Control
    label: str
    hint: str
    optional: bool
    options: tuple[tuple[str, str], ...]

    @property
    def dispatches(self) -> bool:
        """Whether the app wants to know at once."""
        return bool(self.control.block.get("dispatch_action"))

    @property
    def kind(self) -> str:
        return str(self.control.element["type"])

    @property
    def several_lines(self) -> bool:
        return bool(self.control.element.get("multiline"))

    def shown(self, value: Value) -> str:
        """A value as people know it: by its label."""
        labels = dict(self.options)
        chosen = [value] if isinstance(value, str) else list(value or ())
        return ", ".join(labels.get(it, it) for it in chosen)

    def read(self, text: str, before: Value) -> Value | Complaint:
        """What was answered; nothing at all keeps what is there."""
        if not text:
            return before if before or self.optional else Complaint("console.field_needed")
        if self.kind in SINGLE:
            return self._one(text)
        if self.kind in SEVERAL:
            found = [self._one(it) for it in re.split(r"[\s,，、]+", text)]
            wrong = next((it for it in found if isinstance(it, Complaint)), None)
            return wrong or [it for it in found if isinstance(it, str)]
        return self._typed(text)

    def _one(self, text: str) -> str | Complaint:
        """An option by its number, its label or its value, or by a part of its label that no other has."""
        if text.isdecimal() and 1 <= int(text) <= len(self.options):
            return self.options[int(text) - 1][0]
        word = text.casefold()
        for value, label in self.options:
            if word in {value.casefold(), label.casefold()}:
                return value
        alike = [(value, label) for value, label in self.options if word in label.casefold()]
        if len(alike) == 1:
            return alike[0][0]
        if alike:
            return Complaint(
                "console.field_which", {"options": " / ".join(it for _, it in alike[:MOST_ALIKE])}
            )
        return Complaint("console.field_choose", {"count": len(self.options)})

    def _typed(self, text: str) -> str | Complaint:
        element = self.control.element
        words = text.replace(LINE_END, "\n") if self.several_lines else text
        most = element.get("max_length")
        if most and len(words) > most:
            return Complaint("console.field_long", {"most": most, "length": len(words)})
        if self.kind == "number_input" and not is_number(words):
            return Complaint("console.field_number")
        return words


@dataclass(slots=True)
class Asking:
    """`left` are the fields that are still to be asked; `entered` what was answered, by key."""

    left: list[Field]
    entered: dict[str, Value] = field(default_factory=dict)

    @property
    def field(self) -> Field | None:
        """The one that is asked now."""
        return self.left[0] if self.left else None

    def current(self, asked: Field) -> Value:
        """What stands in a field now."""
        return self.entered[asked.key] if asked.key in self.entered else initial(asked.control.element)

    def take(self, text: str) -> Complaint | None:
        """Answers the field that is asked."""
        asked = self.left[0]
        value = asked.read(text, self.current(asked))
        if isinstance(value, Complaint):
            return value
        self.entered[asked.key] = value
        del self.left[0]
        return None

    def renew(self, blocks: Sequence[Block]) -> None:
        """The form has changed: what was entered stays, what is new in it or not answered yet is asked."""
        fields = fields_of(blocks)
        keys = {it.key for it in fields}
        self.entered = {key: value for key, value in self.entered.items() if key in keys}
        self.left = [it for it in fields if it.key not in self.entered]

    def again(self, blocks: Sequence[Block], keys: Sequence[str]) -> None:
        """Asks for the fields whose answers were not taken."""
        self.left = [it for it in fields_of(blocks) if it.key in keys]


def fields_of(blocks: Sequence[Block]) -> list[Field]:
    """The inputs of a form, from top to bottom."""
    return [field_of(it) for it in controls(blocks) if it.block["type"] == "input"]


def field_of(control: Control) -> Field:
    block = control.block
    label = text_of(block.get("label")) or text_of(control.element.get("placeholder"))
    rows = tuple((str(it["value"]), text_of(it["text"])) for it in options(control.element))
    return Field(
        control.block_id if block["type"] == "input" else control.action_id,
        control,
        label,
        text_of(block.get("hint")),
        bool(block.get("optional")),
        rows,
    )


def is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
