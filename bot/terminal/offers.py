"""What a reader can choose by its number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.terminal.screen import Choice

# A message by channel and ts, a view by its id.
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Press:
    key: Key
    choice: Choice


@dataclass(frozen=True, slots=True)
class Submit:
    """Sends a form that has no fields."""

    key: Key


@dataclass(frozen=True, slots=True)
class Close:
    key: Key


Offer = Press | Submit | Close


class Offers:
    """Numbered from 1. A number never comes to mean something else while somebody may be typing it.

    What a line brings about stands instead of what was offered before; what comes by itself stands below.
    """

    def __init__(self) -> None:
        # None for what is gone.
        self._rows: list[Offer | None] = []
        self._anew = False

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def any(self) -> bool:
        return any(self._rows)

    @property
    def dangerous(self) -> bool:
        """Whether one of them costs something."""
        return any(map(is_dangerous, self._rows))

    def at(self, number: int) -> Offer | None:
        return self._rows[number - 1] if 1 <= number <= len(self._rows) else None

    def begin(self) -> None:
        """A line was given."""
        self._anew = True

    def end(self) -> None:
        """All that it brought about is there."""
        self._anew = False

    def add(self, key: Key, offers: Sequence[Offer]) -> int:
        """These are what a message or view offers now; gives the number of the first.

        The same as before keep their numbers.
        """
        before = [at for at, it in enumerate(self._rows) if it and it.key == key]
        if before and told([self._rows[at] for at in before]) == told(offers):
            self._rows[before[0] : before[0] + len(offers)] = offers
            return before[0] + 1
        self.retire(key)
        if offers and self._anew:
            self._rows, self._anew = [], False
        self._rows += offers
        return len(self._rows) - len(offers) + 1

    def put(self, offers: Sequence[Offer]) -> None:
        """Nothing but these counts."""
        self._rows, self._anew = list(offers), False

    def hand_on(self, key: Key, to: Key) -> None:
        """What stood in one place stands in another now, under the same numbers."""
        self._rows = [replace(it, key=to) if it and it.key == key else it for it in self._rows]

    def retire(self, key: Key) -> None:
        """What stood there is gone; the numbers of the others stay."""
        self._rows = [None if it and it.key == key else it for it in self._rows]


def is_dangerous(offer: Offer | None) -> bool:
    """A form without fields asks for nothing but a yes."""
    return isinstance(offer, Submit) or (isinstance(offer, Press) and offer.choice.dangerous)


def told(offers: Sequence[Offer | None]) -> list[object]:
    """What offers do, as far as a reader can tell."""
    return [
        (it.choice.label, it.choice.control.action_id, it.choice.chosen)
        if isinstance(it, Press)
        else type(it)
        for it in offers
    ]
