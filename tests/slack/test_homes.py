"""App Home as it is visited: at once, for each what is theirs, and never in anybody's way."""

from bot.workspace import payloads
from bot.workspace.faults import Fault
from tests.slack.house import ALICE, BO, GUEST, House, Visit, VisitWith, elements, left_in_sample

DIGESTS = """
[[digest]]
channel = "C0OPS"
at = "09:30"

[[digest]]
channel = "C0SECRET"
at = "10:45"
"""


def actions(view: object) -> set[str]:
    return {str(it["action_id"]).partition(":")[0] for it in elements(view)}


def test_everybody_finds_what_is_theirs(visit: Visit) -> None:
    async def scene(house: House) -> None:
        await house.mention("咱们那个退钱的小票在哪儿点", BO)

        owner, member, guest = [(await house.open_home(it)).view for it in (ALICE, BO, GUEST)]

        assert "settle" in actions(owner)
        assert "settle" not in actions(member) | actions(guest)
        assert left_in_sample() in str(member)
        assert left_in_sample() not in str(guest)
        assert "run" not in actions(guest)
        assert {"category", "search"} <= actions(guest)
        assert ("查余量" in str(owner), "查余量" in str(member)) == (True, False)

    visit(scene)


def test_a_digest_is_seen_by_those_in_its_channel_alone(visit_with: VisitWith) -> None:
    async def scene(house: House) -> None:
        home = await house.open_home(BO)
        house.workspace.faults.add(Fault("refused", "users.conversations", code="missing_scope"), times=2)
        blind = await house.open_home(ALICE)

        assert "09:30" in str(home.view)
        assert "10:45" not in str(home.view)
        assert "09:30" not in str(blind.view)

    visit_with(DIGESTS, scene)


def test_what_is_looked_at_stays_while_something_else_is_pressed(visit: Visit) -> None:
    async def scene(house: House) -> None:
        home = await house.open_home(BO)
        await house.press(home, "search", BO, "refund")
        found = house.team.homes[BO]

        await house.press(found, "refresh_home", BO)

        after = house.team.homes[BO]
        assert "refund" in after.view["private_metadata"]
        assert "read" in actions(after.view)

    visit(scene)


def test_the_tab_of_messages_offers_what_to_ask_and_a_missing_feature_harms_nothing(visit: Visit) -> None:
    async def scene(house: House) -> None:
        missing = Fault("refused", "assistant.threads.setSuggestedPrompts", code="missing_scope")
        house.workspace.faults.add(missing)

        for _ in range(2):
            await house.dispatch(payloads.home_opened(house.team, BO, "messages"))
            await house.service.work.settled()
        (answer,) = await house.direct("1031", BO)

        tried = [it for it in house.workspace.calls if it.method == "assistant.threads.setSuggestedPrompts"]
        assert len(tried) == 1
        assert "1031" in answer.text

    visit(scene)
