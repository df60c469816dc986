"""The words for what the domain names by code. Never decides anything; unknown codes stay visible."""

from __future__ import annotations

from pos.domain.benefit import BenefitKind
from pos.domain.card import CardEntry, Wallet
from pos.domain.order import OrderState
from pos.domain.payment_answers import DeclineReason
from pos.domain.rider import RiderState
from pos.domain.tender import ApprovalMode, Purse
from pos.domain.won import Won
from pos.ui.i18n import _
from pos.ui.safe_text import safe

# What the ledger is told for each key after `r`, in the order shown.
REJECT_REASONS = ("sold_out", "too_busy", "closing", "out_of_area", "other")
# Why an accepted order is cancelled by the shop, and why door money was never taken.
CANCEL_REASONS = ("sold_out", "customer_asked", "no_rider", "other")
UNPAID_REASONS = ("not_home", "refused", "will_pay_later", "other")


def won(amount: Won) -> str:
    """Return an amount with its unit: `12,500원`."""
    return _("{amount} won", amount=amount)


def mode_word(mode: ApprovalMode) -> str:
    """Return who said yes, as on the receipt."""
    match mode:
        case ApprovalMode.ONLINE:
            return _("ONLINE")
        case ApprovalMode.OFFLINE_GUARANTEED:
            return _("OFFLINE GUARANTEED")
        case ApprovalMode.OFFLINE_AT_RISK:
            return _("OFFLINE AT RISK")


def wallet_word(wallet: Wallet) -> str:
    """Return the name of a wallet, as on the receipt."""
    match wallet:
        case Wallet.SAMSUNG_PAY:
            return _("Samsung Pay")
        case Wallet.NONE:
            return _("Card")


def entry_word(entry: CardEntry | None) -> str:
    """Return how a payment by QR came about; nothing for a card."""
    match entry:
        case CardEntry.CUSTOMER_QR:
            return _("QR, customer's code")
        case CardEntry.SHOP_QR:
            return _("QR, shop's code")
        case _:
            return ""


def benefit_word(kind: BenefitKind) -> str:
    """Return what a benefit is called; it is in the purses and the cashback already."""
    match kind:
        case BenefitKind.COUPON:
            return _(" of it by coupon")
        case BenefitKind.PLUS:
            return _(" of it Plus, by the shop")


def tender_word(name: str) -> str:
    """Return the word for a key of `DaySummary.tenders`."""
    if name == "cash":
        return _("Cash")
    if name == "external":
        return _("Other terminal's card")
    if name == "coupon":
        return _("Coupon")
    return mode_word(ApprovalMode(name)) if name in set(ApprovalMode) else safe(name, 20)


def purse_word(purse: Purse) -> str:
    """Return the name of a purse, as the card's app calls it."""
    match purse:
        case Purse.POLICY:
            return _("Policy grant")
        case Purse.CHARGED:
            return _("Charged balance")
        case Purse.CASHBACK:
            return _("Cashback used")


def decline_text(reason: DeclineReason) -> str:
    """Return what happened, what about the money and what next."""
    match reason:
        case DeclineReason.INSUFFICIENT_FUNDS:
            return _("The balance is too small. Nothing was drawn. Take a part, or cash.")
        case DeclineReason.CARD_BLOCKED:
            return _("The card is blocked. Nothing was drawn. Take another card or cash.")
        case DeclineReason.CARD_EXPIRED:
            return _("The card has expired. Nothing was drawn. Take another card or cash.")
        case DeclineReason.CARD_UNKNOWN:
            return _("The card is not registered. Nothing was drawn. Take another card or cash.")
        case DeclineReason.CARD_NOT_GENUINE:
            return _(
                "The card could not prove that it is genuine. Nothing was drawn. "
                "Take another card or cash."
            )
        case DeclineReason.CARD_DECLINED:
            return _("The card itself declined. Nothing was drawn. Tap again, or take cash.")
        case DeclineReason.MERCHANT_NOT_ELIGIBLE:
            return _("This shop may not take this card. Nothing was drawn. Take cash.")
        case DeclineReason.REVERSED_BEFORE:
            return _("This payment was undone already. Nothing was drawn. Start it again.")
        case DeclineReason.OFFLINE_AMOUNT_EXCEEDED:
            return _(
                "Too much to approve while the line is down. Nothing was drawn. "
                "Take cash, or tap again when the line is back."
            )
        case DeclineReason.OFFLINE_NOT_ALLOWED:
            return _(
                "This card can't pay while the line is down. Nothing was drawn. "
                "Take cash, or tap again when the line is back."
            )
        case DeclineReason.OFFLINE_CAP_REACHED:
            return _(
                "The limit for payments without the line is reached. Nothing was drawn. "
                "Take cash, or tap again when the line is back."
            )
        case DeclineReason.OFFLINE_TOO_OFTEN:
            return _(
                "This card has paid too often while the line is down. "
                "Nothing was drawn. Take cash, or tap again when the line is back."
            )
        case DeclineReason.OFFLINE_NOT_PERMITTED:
            return _(
                "The payment at risk was not allowed. "
                "Nothing was drawn. Take cash, or tap again when the line is back."
            )
        case DeclineReason.CARD_HOTLISTED:
            return _(
                "The card was stopped (lost or stolen). "
                "Nothing was drawn. Do not take it; take another card or cash."
            )
        case DeclineReason.PAYMENT_UNKNOWN:
            return _(
                "The ledger knows no such payment: the card got nothing back. "
                "Settle it under receivables (F4)."
            )
        case DeclineReason.CODE_UNKNOWN:
            return _(
                "The code is not one of the voucher card's app. Nothing was drawn. "
                "Have the payment screen shown anew, or take the card."
            )
        case DeclineReason.CODE_USED:
            return _(
                "This code was used before. Nothing was drawn now. "
                "Have a new code shown in the app and scan it."
            )
        case DeclineReason.CODE_EXPIRED:
            return _(
                "The code is older than three minutes. Nothing was drawn. "
                "Have a new code shown in the app and scan it."
            )
        case DeclineReason.COUPON_UNKNOWN:
            return _(
                "No such coupon was issued. Nothing was used up. Check the code, or go on without it."
            )
        case DeclineReason.COUPON_USED:
            return _("This coupon was used before. Go on without it: by card or cash.")
        case DeclineReason.COUPON_ENDED:
            return _("The coupon is not good today. It was not used. Go on without it.")
        case DeclineReason.COUPON_MINIMUM:
            return _("The sale is too small for this coupon. It was not used.")
        case DeclineReason.COUPON_NOT_HERE:
            return _("The coupon is for other shops. It was not used. Go on without it.")
        case DeclineReason.COUPON_CHANGED:
            return _(
                "The coupon pays less than was said a moment ago. It was not used. Scan it again."
            )
        case DeclineReason.REFUND_EXCEEDS:
            return _(
                "More than the ledger has left of the payment: the card got nothing back. "
                "Settle it under receivables (F4)."
            )


def decline_word(reason: DeclineReason) -> str:
    """Return why the ledger would not, in a word or two, for a list."""
    words = {
        DeclineReason.INSUFFICIENT_FUNDS: _("balance too small"),
        DeclineReason.CARD_BLOCKED: _("card blocked"),
        DeclineReason.CARD_EXPIRED: _("card expired"),
        DeclineReason.CARD_UNKNOWN: _("card not registered"),
        DeclineReason.CARD_NOT_GENUINE: _("card not genuine"),
        DeclineReason.CARD_DECLINED: _("declined by the card"),
        DeclineReason.MERCHANT_NOT_ELIGIBLE: _("not for this shop"),
        DeclineReason.REVERSED_BEFORE: _("undone already"),
        DeclineReason.CARD_HOTLISTED: _("card stopped"),
        DeclineReason.PAYMENT_UNKNOWN: _("payment unknown"),
        DeclineReason.CODE_UNKNOWN: _("not an app's code"),
        DeclineReason.CODE_USED: _("code used before"),
        DeclineReason.CODE_EXPIRED: _("code expired"),
        DeclineReason.COUPON_UNKNOWN: _("no such coupon"),
        DeclineReason.COUPON_USED: _("coupon used before"),
        DeclineReason.COUPON_ENDED: _("coupon not good today"),
        DeclineReason.COUPON_MINIMUM: _("sale too small for the coupon"),
        DeclineReason.COUPON_NOT_HERE: _("coupon for other shops"),
        DeclineReason.COUPON_CHANGED: _("coupon pays less"),
        DeclineReason.REFUND_EXCEEDS: _("more than is left"),
    }
    return words.get(reason) or safe(reason.value, 40)


def order_state_word(state: OrderState) -> str:
    """Return where an order stands."""
    words = {
        OrderState.NEW: _("New"),
        OrderState.ACCEPTED: _("Accepted"),
        OrderState.COOKING: _("Cooking"),
        OrderState.READY: _("Ready"),
        OrderState.PICKED_UP: _("Picked up"),
        OrderState.DELIVERED: _("Delivered"),
        OrderState.REJECTED: _("Rejected"),
        OrderState.CANCELLED: _("Cancelled"),
        OrderState.AUTO_CANCELLED: _("Ran out"),
    }
    return words[state]


def reject_word(reason: str) -> str:
    """Return the words of a reason to reject."""
    words = {
        "sold_out": _("Sold out"),
        "too_busy": _("Too busy"),
        "closing": _("Closing"),
        "out_of_area": _("Out of area"),
        "other": _("Other"),
    }
    return words[reason]


def cancel_word(reason: str) -> str:
    """Return the words of a reason to cancel an accepted order."""
    words = {
        "sold_out": _("Sold out"),
        "customer_asked": _("Customer asked"),
        "no_rider": _("No rider"),
        "other": _("Other"),
    }
    return words[reason]


def unpaid_word(reason: str) -> str:
    """Return the words of why door money was not taken."""
    words = {
        "not_home": _("Nobody home"),
        "refused": _("Would not pay"),
        "will_pay_later": _("Pays later"),
        "other": _("Other"),
    }
    return words[reason]


def rider_word(state: RiderState) -> str:
    """Return where a rider is."""
    words = {
        RiderState.REQUESTED: _("called"),
        RiderState.ASSIGNED: _("on his way"),
        RiderState.ARRIVED: _("is here"),
        RiderState.PICKED_UP: _("has the food"),
        RiderState.DELIVERED: _("has delivered"),
        RiderState.CANCELLED: _("called off"),
    }
    return words[state]


def problem_word(problem: str) -> str:
    """Return a device's trouble in words; a code that we don't know is shown as it is."""
    words = {
        "paper_out": _("paper is out"),
        "paper_low": _("paper is low"),
        "cover_open": _("cover is open"),
        "offline": _("does not answer"),
        "unreachable": _("does not answer"),
        "timeout": _("does not answer"),
        "no_reader": _("no reader found"),
        "no_port": _("no reader found"),
        "no_answer": _("does not answer"),
        "port_in_use": _("used by another program"),
        "not_secure": _("security check failed"),
        "jammed": _("paper is jammed"),
        "cutter_error": _("cutter trouble"),
        "printer_error": _("printer trouble"),
        "connection_lost": _("does not answer"),
        "deadline": _("does not answer"),
        "drawer_open": _("drawer is open"),
        "no_printer": _("no printer"),
        "no_cups": _("CUPS is not there"),
        "refused": _("queue takes no jobs"),
        "no_folder": _("folder can't be written"),
        "bad_document": _("a paper can't be drawn"),
    }
    return words.get(problem) or safe(problem, 40)
