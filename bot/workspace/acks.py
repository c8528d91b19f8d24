"""What an acknowledgement does: an answer to a command, the next step of a form."""

from bot.workspace.arguments import Arguments
from bot.workspace.hooks import Posting, respond
from bot.workspace.layout import check_view
from bot.workspace.refusal import Refusal
from bot.workspace.shapes import Shape
from bot.workspace.team import Payload, Team


def acknowledge(team: Team, body: Payload, answer: Payload) -> Shape:
    """Carries out what the answer to `body` says; gives the errors of a form's fields, by block_id."""
    if "command" in body:
        if answer:
            respond(team, Posting(body["channel_id"], body["user_id"]), Arguments(answer))
        return {}
    if body.get("type") == "view_submission":
        return submitted(team, body, answer)
    if body.get("type") == "view_closed":
        team.close(team.view(body["view"]["id"]))
    return {}


def submitted(team: Team, body: Payload, answer: Payload) -> Shape:
    """
    Raises:
        Refusal: when the answer is none that Slack understands; the form stays open.
    """
    opened = team.view(body["view"]["id"])
    match answer.get("response_action"):
        case None:
            team.close(opened)
        case "clear":
            team.close(opened, every=True)
        case "errors":
            return known_errors(answer.get("errors"), opened.view)
        case "update":
            check_view(answer["view"], team.judge)
            team.update(opened, answer["view"])
        case "push":
            check_view(answer["view"], team.judge)
            team.push(opened.person, answer["view"])
        case other:
            raise Refusal("invalid_response_action", str(other))
    return {}


def known_errors(errors: object, view: Payload) -> Shape:
    """Errors stand below inputs: those of other blocks make the answer void."""
    inputs = {it["block_id"] for it in view["blocks"] if it["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise Refusal("invalid_errors", str(errors))
    return errors
