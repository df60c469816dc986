"""The line's state and the clock are known by evidence alone."""

from __future__ import annotations

from datetime import timedelta

from pos.ports import FeedItem, FeedPage, HotlistChange
from pos.services.line import SKEW_MAX, Line
from tests.fakes import NOON
from tests.world import World


def test_a_clock_that_is_far_off_is_told_once_and_its_mending_too() -> None:
    line, told = Line(NOON), []
    line.on_change(lambda: told.append(line.clock_is_wrong))
    line.heard_clock(NOON + SKEW_MAX, NOON)
    assert told == []
    line.heard_clock(NOON + SKEW_MAX + timedelta(seconds=1), NOON)
    line.heard_clock(NOON - timedelta(hours=9), NOON)
    assert line.skew == -timedelta(hours=9)
    line.heard_clock(NOON, NOON)
    assert told == [True, False]


async def test_the_feed_brings_the_ledgers_clock_and_the_stopped_cards() -> None:
    world = World()
    stop = HotlistChange("ab" * 16, stopped=True)
    go = HotlistChange("ab" * 16, stopped=False)
    other = HotlistChange("cd" * 16, stopped=True)
    items = [FeedItem("card.hotlist", hotlist=each) for each in (stop, other, go)]
    at = world.clock.now() + timedelta(minutes=2)
    await world.feed._take_in("", FeedPage("7", tuple(items), at))
    assert await world.store.hotlist() == {"cd" * 16}
    assert world.hotlist.is_stopped("cd" * 16)
    assert not world.hotlist.is_stopped("ab" * 16)
    assert world.store.cursor == "7"
