"""Makes a real ledger's first keys and says what of them is public. Never writes over a key, never prints a secret."""

from __future__ import annotations

import json
from pathlib import Path

from composition.ledger_books import said
from drivers.cards.issuing import issue_issuer
from drivers.cards.rsa_keys import PUBLIC_EXPONENT, RsaKeyPair, new_key_pair
from ledger.server.first_keys import CaKey, new_keys, public_parts, write_new

LEDGER_FILE, ISSUING_FILE = "ledger_keys.json", "card_issuing_keys.json"
CA_BITS, ISSUER_BITS = 1_984, 1_408  # 1,984 is the most that EMV has (Book 2, annex D1).
CA_INDEX = 0x01
PREFIX_DIGITS = range(3, 9)  # What an issuer's certificate can name (Book 2, table 6).


def make_keys(folder: Path, pan_prefix: str, ca_keys: Path | None) -> str:
    """Make the keys of a new ledger in a folder; return their public parts in words.

    Args:
        folder: made if need be.
        pan_prefix: how the numbers of the issuer's cards begin.
        ca_keys: a card scheme's public keys, as it hands them out; without, a scheme of the city's own
            is made, with one issuer.

    Raises:
        AdminRefused: a file is there already or can't be written; nothing was made.
    """
    with said():
        if (
            not pan_prefix.isascii()
            or not pan_prefix.isdecimal()
            or len(pan_prefix) not in PREFIX_DIGITS
        ):
            raise ValueError(
                f"카드 번호 앞자리 3~8자리 / 3 to 8 digits of a card's number: {pan_prefix[:20]}"
            )
        given = None if ca_keys is None else _read_ca_keys(ca_keys)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        paths = folder / LEDGER_FILE, folder / ISSUING_FILE
        for path in paths if given is None else paths[:1]:
            if path.exists():  # Said before seconds are spent on keys; writing refuses it too.
                raise FileExistsError(f"이미 있음 / is there already: {path}")
        files = (
            _own_scheme(paths[0], paths[1], pan_prefix)
            if given is None
            else {paths[0]: new_keys(given)}
        )
        write_new(files)
        return show_keys(paths[0]) + _next_steps(list(files))


def show_keys(file: Path) -> str:
    """Return the public parts of a ledger's keys.

    Raises:
        AdminRefused: the file can't be read.
    """
    with said():
        return "".join(f"{name:20} {value}\n" for name, value in public_parts(file))


def _own_scheme(ledger: Path, issuing: Path, pan_prefix: str) -> dict[Path, dict[str, object]]:
    ca, issuer = new_key_pair(CA_BITS), new_key_pair(ISSUER_BITS)
    certificate = issue_issuer(ca, issuer, pan_prefix)
    keys = new_keys([(CA_INDEX, f"{ca.modulus:x}", PUBLIC_EXPONENT)])
    cards: dict[str, object] = {
        "ca": _numbers(ca) | {"index": CA_INDEX},
        "issuer": _numbers(issuer),
        "issuer_certificate": {
            "signed": certificate.signed.hex(),
            "remainder": certificate.remainder.hex(),
        },
        "pan_prefix": pan_prefix,
        "issuer_master_key": keys["issuer_master_key"],
    }
    return {ledger: keys, issuing: cards}


def _numbers(pair: RsaKeyPair) -> dict[str, object]:
    return {
        "modulus": f"{pair.modulus:x}",
        "exponent": PUBLIC_EXPONENT,
        "private_exponent": f"{pair.private_exponent:x}",
    }


def _read_ca_keys(path: Path) -> list[CaKey]:
    """Read `[{"index": 1, "modulus": "hex", "exponent": 3}, ...]`."""
    try:
        found = [
            (int(each["index"]), str(each["modulus"]).lower(), int(each["exponent"]))
            for each in json.loads(path.read_text("utf-8"))
        ]
        sizes = [len(bytes.fromhex(modulus)) for _, modulus, _ in found]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path.name}: no list of index, modulus, exponent") from None
    if not found or len({index for index, _, _ in found}) != len(found):
        raise ValueError(f"{path.name}: no key, or two under one index")
    if any(not 64 <= size <= CA_BITS // 8 for size in sizes):
        raise ValueError(f"{path.name}: a modulus has 64 to {CA_BITS // 8} bytes")
    return found


def _next_steps(made: list[Path]) -> str:
    names = ", ".join(each.name for each in made)
    text = (
        f"만든 파일(0600) / made: {names}\n"
        f"{LEDGER_FILE}: 서버에 두고 다른 곳에 한 벌 더 / stays at the ledger, with a copy elsewhere.\n"
    )
    if len(made) > 1:
        text += (
            f"{ISSUING_FILE}: 카드 제작에만 쓰고 서버에 두지 마세요 / for making cards alone; keep it off the"
            " ledger's machine.\n"
        )
    return text + (
        "단말기는 등록(enrol)할 때 위 공개키를 받습니다. 따로 복사할 것이 없습니다.\n"
        "Terminals are given the public parts at their enrolment; nothing is copied by hand.\n"
    )
