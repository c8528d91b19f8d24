"""An answer that says no."""


class Refusal(Exception):
    """`code` as Slack names it; `reasons` are what it tells of blocks or arguments that it can't take."""

    def __init__(self, code: str, *reasons: str) -> None:
        super().__init__(code, *reasons)
        self.code = code
        self.reasons = reasons
