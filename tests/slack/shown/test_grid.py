"""Tables in characters: columns stand below each other, in Chinese too."""

from bot.slack.shown.grid import gridded


def test_columns_stand_below_each_other_whatever_their_width() -> None:
    assert gridded([["名称", "n"], ["ab", "1,000"], ["短信x", "2"]], [False, True]) == (
        "名称       n\nab     1,000\n短信x      2"
    )


def test_a_cell_keeps_to_its_line_and_leaves_room_for_the_others() -> None:
    lines = gridded([["a\nb", "c"], ["x" * 500, "d"], ["", "e"]]).splitlines()

    assert lines[0].split() == ["a", "b", "c"]
    assert len(lines[1]) == 60 + 3
    assert lines[2].split() == ["–", "e"]


def test_a_mark_that_stands_on_another_character_takes_no_room() -> None:
    assert gridded([["e\u0301", "x"], ["e", "x"]]).splitlines() == ["e\u0301  x", "e  x"]
