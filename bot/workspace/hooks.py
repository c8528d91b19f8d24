"""Answers to a response_url: within 30 minutes five messages, without being in the channel."""

from dataclasses import dataclass

from bot.workspace.arguments import Arguments
from bot.workspace.layout import check_message
from bot.workspace.refusal import Refusal
from bot.workspace.team import BOT, HOOK_USES, Hook, Kept, Team


@dataclass(frozen=True, slots=True)
class Posting:
    """What is answered: by a response_url, or at once with the acknowledgement of a command."""

    channel: str
    person: str
    source: str = ""


def answer(team: Team, name: str, arguments: Arguments) -> None:
    """Uses a response_url once.

    Raises:
        Refusal: used_url, or what is wrong with the message.
    """
    hook = team.hooks.get(name)
    if hook is None or hook.uses >= HOOK_USES or team.now() > hook.ends:
        raise Refusal("used_url")
    respond(team, posting(hook), arguments)
    hook.uses += 1


def posting(hook: Hook) -> Posting:
    return Posting(hook.channel, hook.person, hook.source)


def respond(team: Team, to: Posting, arguments: Arguments) -> None:
    source = standing(team, to)
    if arguments.flag("delete_original") and source:
        team.delete(source)
        return
    text, blocks = arguments.text("text"), arguments.blocks()
    check_message(text, blocks, team.judge)
    if arguments.flag("replace_original") and source:
        team.change(source, text, blocks)
        return
    public = arguments.text("response_type") == "in_channel"
    thread = arguments.text("thread_ts")
    team.post(to.channel, BOT.id, text, blocks, thread=thread, only_for="" if public else to.person)


def standing(team: Team, to: Posting) -> Kept | None:
    """The message that was pressed, if it is still there."""
    return next((it for it in team.messages(to.channel) if it.ts == to.source), None)
