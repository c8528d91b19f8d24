"""Where in a TOML text each key and value stands: tomllib reads them, but does not tell.

The text is one that tomllib has read; nothing is checked a second time.
"""

import re
import tomllib

Steps = tuple[str | int, ...]

GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
QUOTED = r""""(?:\\.|[^"\\])*"|'[^']*'"""
LONG_QUOTED = r'''"""(?:\\.|[^\\])*?"""(?!")|\'\'\'.*?\'\'\'(?!\')'''
KEY = re.compile(rf"{QUOTED}|[\w-]+")
PLAIN = re.compile(rf"{LONG_QUOTED}|{QUOTED}|[^,\]}}#\n]+", re.DOTALL)


class Places:
    """Offsets by steps: ("ask", "zh", 3) is the fourth phrasing, ("code", 7) the eighth [[code]]."""

    def __init__(self, toml: str) -> None:
        self._toml = toml
        self._at = 0
        self.offsets: dict[Steps, int] = {}
        self._last_rows: dict[Steps, int] = {}
        table: Steps = ()
        while self._gap() < len(toml):
            if toml[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def offset(self, steps: Steps) -> int:
        """Where these steps lead; for what isn't there, the nearest table above that is."""
        while steps and steps not in self.offsets:
            steps = steps[:-1]
        return self.offsets.get(steps, 0)

    def _header(self) -> Steps:
        """Reads [a.b] or [[a.b]]; the steps to the table that it opens."""
        start, steps = self._at, Steps()
        if not (is_row := self._taken("[[")):
            self._taken("[")
        *outer, last = self._keys()
        for key in outer:
            steps = self._inside_last_row(self._noted((*steps, key), start))
        steps = self._noted((*steps, last), start)
        if is_row:
            self._last_rows[steps] = self._last_rows.get(steps, -1) + 1
            steps = self._noted(self._inside_last_row(steps), start)
        self._taken("]]" if is_row else "]")
        return steps

    def _inside_last_row(self, steps: Steps) -> Steps:
        return (*steps, self._last_rows[steps]) if steps in self._last_rows else steps

    def _pair(self, steps: Steps) -> None:
        start = self._at
        for key in self._keys():
            steps = self._noted((*steps, key), start)
        self._taken("=")
        self._value(steps)

    def _value(self, steps: Steps) -> None:
        if self._taken("["):
            self._array(steps)
        elif self._taken("{"):
            while not self._taken("}"):
                self._pair(steps)
                self._taken(",")
        elif plain := PLAIN.match(self._toml, self._at):
            self._at = plain.end()

    def _array(self, steps: Steps) -> None:
        position = 0
        while not self._taken("]"):
            self._value(self._noted((*steps, position), self._at))
            self._taken(",")
            position += 1

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._gap()
            if found := KEY.match(self._toml, self._at):
                self._at = found.end()
                keys.append(unquoted(found[0]))
            if not self._taken("."):
                return keys

    def _noted(self, steps: Steps, start: int) -> Steps:
        self.offsets.setdefault(steps, start)
        return steps

    def _taken(self, mark: str) -> bool:
        found = self._toml.startswith(mark, self._gap())
        self._at += len(mark) if found else 0
        return found

    def _gap(self) -> int:
        """Steps over blanks, line ends and comments."""
        if gap := GAP.match(self._toml, self._at):
            self._at = gap.end()
        return self._at


def unquoted(key: str) -> str:
    return next(iter(tomllib.loads(f"{key} = 0")))
