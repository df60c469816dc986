"""A stopped card is known inside the driver, by what the ledger names it by; only yes or no comes out."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from drivers.cards.in_process_reader import InProcessReader
from drivers.cards.kernel import Kernel
from drivers.cards.slot import Slot
from drivers.cards.terminal_keys import load_terminal_keys
from drivers.simulators.card.keys import TERMINAL_FILE
from ledger.server.opener import KeyedOpener
from pos.domain.card import CardEntry
from tests.drivers.cards.cardworld import CardWorld, request


def named_by_the_ledger(world: CardWorld, card_id: str) -> str:
    return KeyedOpener(world.ledger).hot_ref(world.profile(card_id).pan)


def test_terminal_and_ledger_name_a_stopped_card_alike(world: CardWorld) -> None:
    stopped = {named_by_the_ledger(world, "rich")}
    asked: list[str] = []

    def is_stopped(hot_ref: str) -> bool:
        asked.append(hot_ref)
        return hot_ref in stopped

    reads = [
        world.kernel.run(
            world.card(each).transmit, request(), CardEntry.CONTACTLESS_CHIP, is_stopped
        )
        for each in ("rich", "offline")
    ]

    assert [each.hotlisted for each in reads] == [True, False]
    assert asked == [named_by_the_ledger(world, each) for each in ("rich", "offline")]


def test_neither_number_nor_hash_leaves_with_the_card(world: CardWorld) -> None:
    read = world.kernel.run(
        world.card("rich").transmit, request(), CardEntry.CONTACTLESS_CHIP, lambda _: True
    )

    assert named_by_the_ledger(world, "rich") not in repr(read)
    assert read.card_ref != named_by_the_ledger(world, "rich")


def test_a_terminal_without_the_hotlists_key_asks_about_no_card(world: CardWorld) -> None:
    keys = replace(load_terminal_keys(world.keys / TERMINAL_FILE), hotlist_key=None)
    card = world.card("rich")

    read = Kernel(keys).run(card.transmit, request(), CardEntry.CONTACT_CHIP, lambda _: True)

    assert not read.hotlisted


async def test_a_reader_asks_whoever_it_was_given(world: CardWorld) -> None:
    slot = Slot()
    reader = InProcessReader(
        world.kernel, slot, lambda each: each == named_by_the_ledger(world, "rich")
    )
    presenting = asyncio.create_task(reader.present(request()))
    slot.insert(world.card("rich"))

    assert (await presenting).hotlisted
    reader.close()
