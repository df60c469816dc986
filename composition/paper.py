"""Makes the renderer of a shop's settings, signs its receipts, and finds its rates. Never prints."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from config.rates import BUILT_IN
from config.reading import read_text, why
from config.settings import Settings
from offline_queue.device_key import Signer
from pos.domain.business_day import business_day
from pos.domain.errors import ConfigError
from pos.domain.rates import Rates, in_force
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_code import (
    ReceiptNotEncodable,
    encode_receipt,
    receipt_message,
    seal_text,
)
from pos.domain.refund import RefundRecord
from pos.domain.refund_code import encode_refund, refund_message, seal_refund
from receipts.builders.refund_slip import RefundProof
from receipts.builders.sale_receipt import Proof
from receipts.building import Proofs
from receipts.logo import read_logo
from receipts.profiles import PROFILES
from receipts.renderer import ReceiptRenderer
from receipts.shop import OwnerWords, ShopFacts
from receipts.template import NAMES, TemplateError, parse_template

TEMPLATE_HINT = "./run_pos.py paper 로 미리 봅니다. / Look with: ./run_pos.py paper."
LOGO_HINT = "PNG나 JPEG를 쓰세요. / Use a PNG or JPEG."


def rates_file(settings: Settings, folder: Path) -> Path:
    """Return the shop's own rates, or those that come with the product."""
    return folder / settings.files.rates if settings.files.rates else BUILT_IN


def receipt_proof(signer: Signer) -> Proof:
    """Return what makes a receipt's signed code."""

    def proof(body: ReceiptBody) -> str:
        try:
            payload = encode_receipt(body)
        except ReceiptNotEncodable:
            return ""  # A receipt without a code is better than none.
        return seal_text(payload, signer.sign(receipt_message(payload)), signer.public)

    return proof


def refund_proof(signer: Signer) -> RefundProof:
    """Return what makes the signed code of a cancel or refund slip."""

    def proof(refund: RefundRecord) -> str:
        try:
            payload = encode_refund(refund)
        except ReceiptNotEncodable:
            return ""
        return seal_refund(payload, signer.sign(refund_message(payload)), signer.public)

    return proof


def shop_facts(
    settings: Settings, rates: Rates, folder: Path | None = None, *, training: bool = False
) -> ShopFacts:
    """Return what every paper says of the shop; the owner's words too, where the folder is known.

    Raises:
        ConfigError: the template or the logo can't be used.
    """
    shop = ShopFacts(
        name=settings.shop.name,
        business_number=settings.shop.business_number,
        representative=settings.shop.representative,
        phone=settings.shop.phone,
        address=settings.shop.address,
        terminal_number=settings.terminal.number,
        no_signature_max=rates.no_signature_max,
        show_vat=settings.shop.show_vat,
        training=training,
    )
    return shop if folder is None else replace(shop, words=owner_words(settings, folder, shop))


def owner_words(settings: Settings, folder: Path, shop: ShopFacts) -> OwnerWords:
    """Return the owner's header, notice, footer and logo.

    Raises:
        ConfigError: names the file, the line and the problem.
    """
    asked = settings.paper
    words = OwnerWords()
    if asked.template:
        path = folder / asked.template
        facts = {name: getattr(shop, name) for name in set(NAMES.values())}
        try:
            read = parse_template(read_text(path), facts)
        except TemplateError as error:
            where = f"{path}:{error.line}"
            raise ConfigError(where=where, problem=error.problem, hint=TEMPLATE_HINT) from error
        words = OwnerWords(read.header, read.notice, read.footer)
    if asked.logo:
        path = folder / asked.logo
        try:
            logo = read_logo(path.read_bytes(), settings.printer.columns)
        except OSError as error:
            raise ConfigError(where=str(path), problem=why(error), hint=LOGO_HINT) from error
        except ValueError as error:
            raise ConfigError(where=str(path), problem=str(error), hint=LOGO_HINT) from error
        words = replace(words, logo=logo)
    return words


def renderer_of(
    settings: Settings,
    periods: tuple[Rates, ...],
    signer: Signer | None = None,
    folder: Path | None = None,
    *,
    training: bool = False,
) -> ReceiptRenderer:
    """Return what turns the spool's documents into this shop's paper.

    Args:
        settings: the shop's.
        periods: its rates.
        signer: signs the codes on receipts and slips; without it they carry none.
        folder: where the owner's template and logo are; without it there are none.
        training: all of it is marked as no transaction.

    Raises:
        LookupError: no rates are in force today.
        ConfigError: the template or the logo can't be used.
    """
    rates = in_force(periods, business_day(datetime.now(UTC)))
    proofs = Proofs(receipt_proof(signer), refund_proof(signer)) if signer else Proofs()
    return ReceiptRenderer(
        shop_facts(settings, rates, folder, training=training),
        settings.printer.columns,
        proofs=proofs,
        profile=PROFILES[settings.printer.make],
    )
