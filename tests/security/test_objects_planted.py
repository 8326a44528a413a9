"""The matrix of who reaches what sees a bug: without that its refusals would prove nothing (X3)."""

from __future__ import annotations

import pytest

from tests.security.attempts import Way
from tests.security.crowd import Confused
from tests.security.owned import owned
from tests.security.probing import STRANGERS, Probing, pairs_of, run, scene_at
from tests.security.scene import OWNER


@pytest.mark.parametrize("way", [Way("open", "typed", "{id}"), Way("delete", "slash", "{id}"), Way("undelete", "pressed", "{id}")], ids=str)
def test_x3_a_store_that_finds_everybodys_sessions_is_noticed(way: Way) -> None:
    async def probe() -> None:
        async with scene_at("telegram", store=Confused) as scene:
            probing = Probing(scene, STRANGERS["elsewhere"], owned(scene.path, (OWNER.id,)))
            for word, nobodys in pairs_of(probing.theirs):
                await probing.compares(way, word, nobodys)

    with pytest.raises(AssertionError):
        run(probe())
