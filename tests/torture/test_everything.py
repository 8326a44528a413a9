"""Which parts of `make torture` run, and with what: a slip of the pen must not begin hours of something else."""

from __future__ import annotations

import pytest

from tests.torture.everything import PARTS, chosen, main


def test_all_of_it_some_of_it_and_one_of_it_with_arguments() -> None:
    assert chosen([]) == PARTS
    assert chosen(["fuzz", "kills", "fuzz"]) == {"fuzz": PARTS["fuzz"], "kills": PARTS["kills"]}
    assert chosen(["kills", "--kills", "1000"]) == {"kills": (*PARTS["kills"], "--kills", "1000")}
    assert chosen(["fuzz", "--what", "discord"])["fuzz"][-2:] == ("--what", "discord")


@pytest.mark.parametrize("words", ["kils", "kills kils", "--kills 1000", "kills fuzz --seed 2", "1000 kills"])
def test_what_is_not_understood_begins_nothing_and_is_told_in_a_line(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 2
    out, told = capsys.readouterr()
    assert out == "", "nothing was begun"
    assert len(told.splitlines()) == 1
    assert "there is no part called" in told or "can be given to one part only" in told
