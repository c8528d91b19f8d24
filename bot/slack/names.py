"""What Slack knows of us by name: the command, shortcuts, events, buttons, forms. Listeners and manifest alike."""

from dataclasses import dataclass
from typing import Literal

COMMAND = "/sms"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`message`: behind the three dots of any message; `global`: in the composer's menu.

    Its words are the phrases manifest.<callback>_name and manifest.<callback>_description.
    """

    callback: str
    type: Literal["message", "global"]


EXPLAIN = Shortcut("explain_error", "message")
ASK = Shortcut("ask_question", "global")
SHORTCUTS = (EXPLAIN, ASK)

# The events that we subscribe to, as the manifest names them.
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.im",
    "tokens_revoked",
)

# What a button does. An action_id is one of these, then ":" and whatever makes it unique in its block. The
# button's value:
#   run            a command in full, as one would type it behind /sms
#   renew          the same, whose report takes the place of the message; the last word is the posting's key
#   share_report   the same, shown to the whole channel
#   share_answer   the question's id, a blank, the id of the entry or the code's name that stands first
#   verdict        "like" or "dislike", a blank, the question's id
#   not_this       the question's id, a blank, the id of what is not it
#   choose         the question's id, a blank, the id of the entry or the code's name
#   ask_a_person   the question's id
#   resolve        the hand-off's id
#   open_form      the name of a form, a blank, and what the form begins with
#   category       home: the name of a category of the FAQ ("" is all)
#   search         home: an input; its text is what is searched
#   read           home: the id of an entry, to be shown in a modal
#   settle         home, knowledge owners: ids of questions that need nothing more, blanks between
#   refresh_home   home: nothing
ActionName = Literal[
    "run",
    "renew",
    "share_report",
    "share_answer",
    "verdict",
    "not_this",
    "choose",
    "ask_a_person",
    "resolve",
    "open_form",
    "category",
    "search",
    "read",
    "settle",
    "refresh_home",
]

# The callback_id of a modal.
#   ask        a question
#   reason     why an answer was no help; private: the question's id
#   send_test  a test send, before its preview
#   confirm    the preview of a test send; private: the token among others
#   wording    adding a way to ask to an entry; private: ids of questions
#   shown      something to read, with nothing to submit
FormName = Literal["ask", "reason", "send_test", "confirm", "wording", "shown"]
