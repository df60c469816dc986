"""Hands the ledger's answer to the card and ends its transaction. Never undoes what the ledger said.

Issuer authentication, the issuer's commands before (71) and after (72) the second GENERATE AC, and
their results: EMV Book 3, 10.9 to 10.11 and annex E; Book 4, 6.3.8, 6.3.9 and annex A5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.cards import apdu
from drivers.cards.tlv import MalformedCard, Tlv, fill_dol, parse
from pos.domain.card import SCRIPT_SUCCESSFUL, CardUpdate
from pos.domain.errors import CardRemoved
from pos.domain.identifiers import TransactionId

SCRIPTS_MAX_BYTES = 512  # The standard's 128, with room; what is longer is not the ledger's.
COMMANDS_MAX = 16
_AUTH_DATA, _BEFORE, _AFTER = 0x91, 0x71, 0x72
_SCRIPT_ID, _COMMAND = 0x9F18, 0x86
_NO_ID = bytes(4)
_WANTS_AUTH = (
    0x04  # Application interchange profile, byte 1: EXTERNAL AUTHENTICATE is for this card.
)
_TVR = 0x95
_TVR_AUTH_FAILED = 0x40  # Byte 5, as the next.
_TVR_SCRIPT_FAILED = {_BEFORE: 0x20, _AFTER: 0x10}
_AAC, _TC = 0x00, 0x40
_CODE_YES, _CODE_NO = b"00", b"05"  # Authorisation response code (8A), as ISO 8583 has it.
_DONE = (0x90, 0x62, 0x63)  # First status bytes after which the next command of a script is sent.
_NOT_PERFORMED, _FAILED = 0x00, 0x10


@dataclass(frozen=True, slots=True)
class AwaitingIssuer:
    """A card that has asked for the ledger.

    Attributes:
        values: what the terminal filled the card's lists with, by tag.
    """

    payment_id: TransactionId
    profile: bytes
    cdol2: tuple[tuple[int, int], ...]
    values: Mapping[int, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Script:
    template: int
    id: bytes
    commands: tuple[bytes, ...]


def complete(
    transmit: apdu.Transmit, waiting: AwaitingIssuer, for_card: bytes | None
) -> CardUpdate:
    """End the card's transaction with the ledger's answer; None: with a no. Never raises.

    A command that fails ends its own script and nothing else.
    """
    data, scripts = _taken_apart(for_card or b"")
    tvr = bytearray(waiting.values[_TVR])
    results: list[bytes] = []
    authenticated = reached = False
    try:
        authenticated = bool(data) and _authenticate(transmit, waiting, data, tvr)
        _run(transmit, scripts, _BEFORE, results, tvr)
        yes = for_card is not None
        code = _CODE_YES if yes else _CODE_NO
        values = {**waiting.values, _TVR: bytes(tvr), 0x8A: code, _AUTH_DATA: data}
        command = apdu.generate_ac(_TC if yes else _AAC, fill_dol(waiting.cdol2, values))
        apdu.exchange(transmit, command)  # What the card thinks of it changes nothing here.
        _run(transmit, scripts, _AFTER, results, tvr)
        reached = True
    except (CardRemoved, MalformedCard):
        results += [_result(_NOT_PERFORMED, 0, each) for each in scripts[len(results) :]]
    return CardUpdate(reached, authenticated, b"".join(results).hex())


def _authenticate(
    transmit: apdu.Transmit, waiting: AwaitingIssuer, data: bytes, tvr: bytearray
) -> bool:
    """Let the card check who answers; where its profile does not ask so, the second AC carries it."""
    if not waiting.profile[0] & _WANTS_AUTH:
        return False
    if apdu.exchange(transmit, apdu.external_authenticate(data)).ok:
        return True
    tvr[4] |= _TVR_AUTH_FAILED
    return False


def _run(
    transmit: apdu.Transmit,
    scripts: tuple[_Script, ...],
    template: int,
    results: list[bytes],
    tvr: bytearray,
) -> None:
    for script in scripts:
        if script.template == template:
            failed_at = _first_failure(transmit, script)
            if failed_at:
                tvr[4] |= _TVR_SCRIPT_FAILED[template]
            results.append(_result(_FAILED if failed_at else SCRIPT_SUCCESSFUL, failed_at, script))


def _first_failure(transmit: apdu.Transmit, script: _Script) -> int:
    """Send a script's commands; return which one failed, counted from 1, or 0."""
    for number, command in enumerate(script.commands, 1):
        if apdu.exchange(transmit, command).status >> 8 not in _DONE:
            return number
    return 0


def _result(outcome: int, number: int, script: _Script) -> bytes:
    """Return five bytes of tag 9F5B."""
    return bytes([outcome | min(number, 0x0F)]) + script.id


def _taken_apart(for_card: bytes) -> tuple[bytes, tuple[_Script, ...]]:
    """Read the answer: issuer authentication data and scripts, those before the second AC first.

    What can't be read is left out whole: half an answer is none.
    """
    if len(for_card) > SCRIPTS_MAX_BYTES:
        return b"", ()
    try:
        objects = parse(for_card)
        found = [_script(each) for each in objects if each.tag in {_BEFORE, _AFTER}]
    except MalformedCard:
        return b"", ()
    data = next((each.value for each in objects if each.tag == _AUTH_DATA), b"")
    return data, tuple(sorted(found, key=lambda script: script.template))


def _script(template: Tlv) -> _Script:
    parts = parse(template.value)
    commands = tuple(each.value for each in parts if each.tag == _COMMAND)
    if len(commands) > COMMANDS_MAX or any(not 4 <= len(each) <= 261 for each in commands):
        raise MalformedCard("a script has a wrong form")
    name = next((each.value for each in parts if each.tag == _SCRIPT_ID), _NO_ID)
    return _Script(template.tag, name[:4].rjust(4, b"\0"), commands)
