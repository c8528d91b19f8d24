"""What the API says no to: its code, as the documents name it, and why in a sentence."""


class Refusal(Exception):
    """The request is answered with an Error, and nothing is done."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
