"""Who may use which verb, and where: the rules of the settings, on top of what each verb needs by itself."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.errors import BotError
from bot.guard.policy import SendPolicy
from bot.sms.command import Asker
from bot.sms.operations import SETTING, Right

# Every member, and every channel.
EVERY = "*"
# Any direct message with the bot: the id of one can't be known before it is opened.
DIRECT = "dm"
# What is known to the public anyway, and costs nothing: for guests and people of other workspaces as well.
PUBLIC = frozenset({"ask", "error", "help"})
# A send takes several steps; who may draft one may confirm it, and a rule on one step holds for all of it.
STEPS = {"confirm": "send-test"}
# The ends of a send that was begun: they cost nothing, and only who began it gets anywhere with them.
AFTERWARDS = frozenset({"cancel", "sent"})


class NotAllowed(BotError):
    """`whom` are the ids of the admins who could change it; nobody where no setting could."""

    def __init__(self, phrase: str, whom: Iterable[str] = (), **details: object) -> None:
        super().__init__(phrase, **details)
        self.whom = tuple(sorted(whom))


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Allows `verbs` to `people` (persons and groups, by id) in `channels` (by id, or all direct messages)."""

    verbs: AbstractSet[str]
    people: AbstractSet[str]
    channels: AbstractSet[str]

    def governs(self, verb: str) -> bool:
        return whole(verb) in {whole(it) for it in self.verbs}

    def covers_person(self, asker: Asker) -> bool:
        return bool(self.people & asker.ids) or (EVERY in self.people and not asker.guest)

    def covers_channel(self, channel: str) -> bool:
        direct = DIRECT in self.channels and channel.startswith("D")
        return direct or bool(self.channels & {EVERY, channel})


@dataclass(frozen=True, slots=True)
class Access:
    """What everybody may do.

    What reads is open to members, what administers to `admins`, what costs to those whom `sending` names. A
    verb that is named in `rules` needs one of them to cover both the person and the channel besides: a rule
    narrows, it opens nothing. Guests get what is public, and nothing else.
    """

    rules: tuple[AccessRule, ...]
    admins: AbstractSet[str]
    knowledge_owners: AbstractSet[str]
    sending: SendPolicy

    def check(self, asker: Asker, verb: str, right: Right) -> None:
        """Raises:
        NotAllowed: with the reason, for anyone who may not.
        """
        if asker.guest and verb not in PUBLIC:
            raise NotAllowed("access.guest")
        if verb in AFTERWARDS:
            return
        if right == "administers" and not self.admin(asker):
            raise NotAllowed("guard.not_admin", self.admins)
        for name in needed(verb):
            self._check_rules(asker, name)
        if right == "sends":
            self._check_sending(asker)

    def admin(self, asker: Asker) -> bool:
        """Who the surface takes for one (the terminal's operator), or the settings name."""
        return not asker.guest and (asker.admin or bool(asker.ids & self.admins))

    def owner(self, asker: Asker) -> bool:
        """Whether the inbox of unanswered questions is theirs."""
        return not asker.guest and bool(asker.ids & self.knowledge_owners)

    def allowed_verbs(self, asker: Asker, verbs: Mapping[str, Right]) -> AbstractSet[str]:
        """Those of the `verbs` that help and Home may show to the asker, here."""
        return {verb for verb, right in verbs.items() if self._allows(asker, verb, right)}

    def _allows(self, asker: Asker, verb: str, right: Right) -> bool:
        try:
            self.check(asker, verb, right)
        except NotAllowed:
            return False
        return True

    def _check_rules(self, asker: Asker, verb: str) -> None:
        rules = [rule for rule in self.rules if rule.governs(verb)]
        theirs = [rule for rule in rules if rule.covers_person(asker)]
        if rules and not theirs:
            raise NotAllowed("access.not_person", self.admins, verb=whole(verb))
        if rules and not any(rule.covers_channel(asker.channel) for rule in theirs):
            raise NotAllowed("access.not_channel", self.admins, verb=whole(verb))

    def _check_sending(self, asker: Asker) -> None:
        try:
            self.sending.check_asker(asker)
        except BotError as refusal:
            raise NotAllowed(refusal.phrase, self.admins, **refusal.details) from None


def needed(verb: str) -> tuple[str, ...]:
    """Who sets what is posted here has it read here: `set-digest` needs `digest` as well."""
    return tuple(dict.fromkeys((verb.removeprefix(SETTING), verb)))


def whole(verb: str) -> str:
    """The verb that `verb` is a step of, or itself."""
    return STEPS.get(verb, verb)
