"""A printer as the spool sees it: what it prints, and who prints for it when it can't. Never prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pos.ports import DocumentRenderer, Printer, PrintKind

MAIN = "receipt"
"""The printer at the till: it prints whatever no other does."""


@dataclass(frozen=True, slots=True)
class Station:
    """One printer.

    Attributes:
        renderer: draws for this printer's paper and make.
        prints: what it prints; what no station does is the main one's.
        instead: the station that prints for it, once it has failed for `instead_after_ms`; empty
            where its jobs wait for it.
        has_drawer: a cash drawer hangs on it.
    """

    name: str
    printer: Printer
    renderer: DocumentRenderer
    prints: frozenset[PrintKind] = frozenset()
    instead: str = ""
    instead_after_ms: int = 20_000
    has_drawer: bool = True


def by_name(stations: Sequence[Station]) -> dict[str, Station]:
    """Return the stations by their names; the first is the main one.

    Raises:
        ValueError: a name or a kind comes twice, or `instead` names nobody or the station itself.
    """
    named = {each.name: each for each in stations}
    kinds = [kind for each in stations for kind in each.prints]
    if len(named) != len(stations) or len(set(kinds)) != len(kinds):
        raise ValueError("a printer's name or a document comes twice")
    for each in stations:
        if each.instead and (each.instead == each.name or each.instead not in named):
            raise ValueError(f"{each.name}: no other printer is called {each.instead}")
    return named


def kinds_of(station: Station, stations: Sequence[Station]) -> frozenset[PrintKind]:
    """Return what a station prints; the first has what nobody else asked for."""
    if station is not stations[0]:
        return station.prints
    taken = frozenset(kind for each in stations[1:] for kind in each.prints)
    return frozenset(PrintKind) - taken
