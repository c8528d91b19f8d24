"""Who may use which verb, and where."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guard.access import Access, AccessRule, NotAllowed
from bot.guard.policy import SendPolicy
from bot.sms.command import Asker
from bot.sms.operations import rights

VERBS = rights()
MEMBER = Asker("U0BOB", "C0GENERAL")
ALICE = Asker("U0ALICE", "C0QA")
ADMIN = Asker("U0ROOT", "C0GENERAL")
GUEST = Asker("U0GUEST", "C0GENERAL", guest=True)
SENDING = SendPolicy(
    enabled=True, people=frozenset({"U0ALICE", "S0QA"}), channels=frozenset({"C0QA", "C0GENERAL"})
)
OPEN = Access((), frozenset({"U0ROOT", "S0ADMINS"}), frozenset({"S0WRITERS"}), SENDING)


def rule(verbs: str, people: str = "*", channels: str = "*") -> AccessRule:
    return AccessRule(*(frozenset(it.split()) for it in (verbs, people, channels)))


def ruled(*rules: AccessRule) -> Access:
    return replace(OPEN, rules=rules)


def refusal(access: Access, asker: Asker, verb: str) -> str:
    """The phrase of the reason, or "" where there is none."""
    try:
        access.check(asker, verb, VERBS[verb])
    except NotAllowed as error:
        return error.phrase
    return ""


# Without rules


def test_a_member_may_read_and_set_up_what_is_told_and_nothing_else() -> None:
    allowed = OPEN.allowed_verbs(MEMBER, VERBS)

    open_to_members = {verb for verb, right in VERBS.items() if right in {"reads", "sets"}}
    assert allowed == open_to_members | {"cancel", "sent"}


def test_a_rule_on_what_a_verb_sets_leaves_reading_open() -> None:
    access = ruled(AccessRule(frozenset({"set-digest"}), frozenset({"U0OPS"}), frozenset({"*"})))

    assert refusal(access, MEMBER, "set-digest") == "access.not_person"
    assert refusal(access, MEMBER, "digest") == ""


def test_who_may_not_read_something_here_has_it_posted_here_by_no_word() -> None:
    access = ruled(rule("digest balance", channels="C0OPS"))

    assert refusal(access, MEMBER, "digest") == refusal(access, MEMBER, "set-digest") == "access.not_channel"
    assert refusal(access, replace(MEMBER, channel="C0OPS"), "set-digest") == ""


def test_a_guest_has_what_is_public() -> None:
    assert OPEN.allowed_verbs(GUEST, VERBS) == {"ask", "error", "help"}
    assert refusal(OPEN, GUEST, "balance") == "access.guest"


def test_an_admin_administers_by_name_by_group_or_at_the_terminal() -> None:
    by_group = replace(MEMBER, groups=frozenset({"S0ADMINS"}))
    terminal = Asker("console", "console", admin=True)

    assert [refusal(OPEN, it, "freeze") for it in (ADMIN, by_group, terminal)] == ["", "", ""]
    assert refusal(OPEN, MEMBER, "freeze") == "guard.not_admin"


def test_a_guest_administers_nothing_whatever_it_is_called() -> None:
    crowned = replace(GUEST, person="U0ROOT", admin=True)

    assert not OPEN.admin(crowned)
    assert refusal(OPEN, crowned, "freeze") == "access.guest"


def test_the_inbox_belongs_to_the_knowledge_owners() -> None:
    writer = replace(MEMBER, groups=frozenset({"S0WRITERS"}))

    assert [OPEN.owner(it) for it in (writer, ADMIN, replace(writer, guest=True))] == [True, False, False]


@pytest.mark.parametrize("verb", ["send-test", "confirm"])
def test_what_costs_is_for_those_whom_the_settings_name_and_where_they_name_it(verb: str) -> None:
    assert refusal(OPEN, ALICE, verb) == ""
    assert refusal(OPEN, replace(MEMBER, groups=frozenset({"S0QA"})), verb) == ""
    assert refusal(OPEN, MEMBER, verb) == "guard.not_person"
    assert refusal(OPEN, ADMIN, verb) == "guard.not_person"
    assert refusal(OPEN, replace(ALICE, channel="C0OTHER"), verb) == "guard.not_channel"
    assert refusal(replace(OPEN, sending=SendPolicy()), ALICE, verb) == "guard.off"


def test_a_refusal_names_the_admins_who_could_change_it() -> None:
    with pytest.raises(NotAllowed) as caught:
        OPEN.check(MEMBER, "send-test", "sends")

    assert caught.value.whom == ("S0ADMINS", "U0ROOT")


# With rules


def test_a_verb_that_is_named_needs_the_person_and_the_channel_in_one_rule() -> None:
    access = ruled(rule("stats", "U0ALICE S0OPS", "C0QA"), rule("stats", "U0BOB", "C0OTHER"))

    assert refusal(access, ALICE, "stats") == ""
    assert refusal(access, replace(MEMBER, channel="C0QA", groups=frozenset({"S0OPS"})), "stats") == ""
    assert refusal(access, replace(MEMBER, channel="C0QA"), "stats") == "access.not_channel"
    assert refusal(access, ADMIN, "stats") == "access.not_person"
    assert refusal(access, MEMBER, "balance") == ""


def test_direct_messages_are_one_place_whatever_their_id() -> None:
    access = ruled(rule("trace", channels="dm"))

    assert refusal(access, replace(MEMBER, channel="D0BOB"), "trace") == ""
    assert refusal(access, MEMBER, "trace") == "access.not_channel"
    assert refusal(ruled(rule("trace")), replace(MEMBER, channel="D0BOB"), "trace") == ""


def test_everybody_means_members() -> None:
    access = ruled(rule("ask"))

    assert refusal(access, MEMBER, "ask") == ""
    assert refusal(access, GUEST, "ask") == "access.not_person"
    assert refusal(ruled(rule("ask", "U0GUEST")), GUEST, "ask") == ""


@pytest.mark.parametrize("named", ["send-test", "confirm"])
def test_a_rule_on_one_step_of_a_send_holds_for_all_of_it(named: str) -> None:
    access = ruled(rule(named, "U0ALICE", "C0QA"))

    assert [refusal(access, ALICE, verb) for verb in ("send-test", "confirm")] == ["", ""]
    elsewhere = replace(ALICE, channel="C0GENERAL")
    assert {refusal(access, elsewhere, verb) for verb in ("send-test", "confirm")} == {"access.not_channel"}
    assert {refusal(access, elsewhere, verb) for verb in ("cancel", "sent")} == {""}


# Whatever the rules


PEOPLE = ("U0ALICE", "U0BOB", "U0ROOT", "U0GUEST")
GROUPS = ("S0QA", "S0ADMINS", "S0WRITERS")
CHANNELS = ("C0QA", "C0GENERAL", "D0BOB", "console")


def sets_of(*names: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(names), max_size=3)


def any_rules() -> st.SearchStrategy[tuple[AccessRule, ...]]:
    channels = sets_of("*", "dm", *CHANNELS)
    rules = st.builds(AccessRule, sets_of(*VERBS), sets_of("*", *PEOPLE, *GROUPS), channels)
    return st.lists(rules, max_size=4).map(tuple)


def any_asker() -> st.SearchStrategy[Asker]:
    return st.builds(
        Asker,
        st.sampled_from(PEOPLE),
        st.sampled_from(CHANNELS),
        sets_of(*GROUPS),
        admin=st.booleans(),
        guest=st.booleans(),
    )


@settings(max_examples=200, deadline=None)
@given(rules=any_rules(), asker=any_asker())
def test_rules_never_open_what_is_closed_without_them(rules: tuple[AccessRule, ...], asker: Asker) -> None:
    assert ruled(*rules).allowed_verbs(asker, VERBS) <= OPEN.allowed_verbs(asker, VERBS)


@settings(max_examples=200, deadline=None)
@given(rules=any_rules(), asker=any_asker())
def test_guests_never_get_beyond_the_public(rules: tuple[AccessRule, ...], asker: Asker) -> None:
    guest = replace(asker, guest=True)

    assert ruled(*rules).allowed_verbs(guest, VERBS) <= {"ask", "error", "help"}
    assert not OPEN.owner(guest)


@settings(max_examples=100, deadline=None)
@given(rules=any_rules(), asker=any_asker())
def test_who_may_draft_a_send_may_confirm_it_and_the_reverse(
    rules: tuple[AccessRule, ...], asker: Asker
) -> None:
    assert len(ruled(*rules).allowed_verbs(asker, VERBS) & {"send-test", "confirm"}) in {0, 2}


@settings(max_examples=100, deadline=None)
@given(rules=any_rules(), asker=any_asker(), verb=st.sampled_from(sorted(VERBS)))
def test_a_rule_for_everybody_everywhere_is_as_good_as_none(
    rules: tuple[AccessRule, ...], asker: Asker, verb: str
) -> None:
    access = ruled(*rules, rule(verb))

    assert asker.guest or (verb in access.allowed_verbs(asker, VERBS)) == (
        verb in OPEN.allowed_verbs(asker, VERBS)
    )
