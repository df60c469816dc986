"""What every paper of a shop says of it. Never a secret; settings fill it."""

from __future__ import annotations

from dataclasses import dataclass

from pos.domain.won import Won
from receipts.document import Line, Logo


@dataclass(frozen=True, slots=True)
class OwnerWords:
    """What the owner adds to the papers that customers keep; from the shop's own template."""

    header: tuple[Line, ...] = ()
    notice: tuple[Line, ...] = ()
    footer: tuple[Line, ...] = ()
    logo: Logo | None = None


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """The head of a receipt.

    Attributes:
        business_number: 사업자등록번호 as printed, `123-45-67891`.
        no_signature_max: up to and including this amount no signature is asked.
        training: everything printed is marked 교육용.
        words: the owner's header, notice and footer, and a logo.
        show_vat: supply and VAT are printed apart; False for 간이과세 and 면세 shops.
    """

    name: str
    business_number: str
    representative: str
    phone: str
    address: str
    terminal_number: str
    no_signature_max: Won
    training: bool = False
    show_vat: bool = True
    words: OwnerWords = OwnerWords()
