from __future__ import annotations

from pos.ports import PrintJobFacts, PrintJobState, PrintKind
from pos.ui.print_job_rows import job_cells, kind_word
from pos.ui.widgets.table import Table
from tests.ui.till import a_till
from tests.world import World

WAITS = PrintJobFacts(9, PrintKind.SALE_RECEIPT, "a", PrintJobState.WAITING, 0, reprint=False)
TORN = PrintJobFacts(8, PrintKind.KITCHEN_TICKET, "b\x1b[31m", PrintJobState.SENT, 2, reprint=False)


def a_world() -> World:
    world = World()
    world.spool.listed = [WAITS, TORN]
    return world


async def test_the_list_says_what_waits_and_what_was_only_sent() -> None:
    async with a_till(a_world()) as till:
        await till.keys("f8", "5")
        assert till.screen == "PrintJobsScreen"
        rows = till.app.screen.query_one(Table).rows
        assert rows[0][1:3] == ("영수증", "대기")
        assert rows[1][1:3] == ("주방 주문서", "보냄(확인 안 됨) x2")
        assert "\x1b" not in rows[1][3]
        await till.keys("escape")
        assert till.screen == "TechnicianScreen"


async def test_a_digit_cancels_or_repeats_the_chosen_one() -> None:
    world = a_world()
    async with a_till(world) as till:
        await till.keys("f8", "5", "2", "down", "1")
        assert world.spool.cancelled == [WAITS.id]
        assert world.spool.repeated == [TORN.id]


async def test_a_scan_does_neither() -> None:
    world = a_world()
    async with a_till(world) as till:
        await till.keys("f8", "5")
        await till.write("2212\r")
        assert world.spool.cancelled == world.spool.repeated == []


def test_every_paper_and_state_has_words() -> None:
    assert len({kind_word(kind) for kind in PrintKind}) == len(PrintKind)
    states = [
        PrintJobFacts(1, PrintKind.TEST_PAGE, "", each, 1, reprint=False) for each in PrintJobState
    ]
    assert len({job_cells(each)[2] for each in states}) == len(PrintJobState)
