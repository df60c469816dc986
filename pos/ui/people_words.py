"""The words for roles and permissions. Never decides who has which."""

from __future__ import annotations

from pos.domain.people import Permission, Role
from pos.ui.i18n import _


def role_word(role: Role) -> str:
    """Return what somebody is."""
    match role:
        case Role.CASHIER:
            return _("Cashier")
        case Role.SENIOR:
            return _("Senior")
        case Role.MANAGER:
            return _("Manager")
        case Role.TECHNICIAN:
            return _("Technician")


def permission_word(permission: Permission) -> str:
    """Return what somebody is asked to answer for."""
    words = {
        Permission.VOID: _("Void a sale"),
        Permission.REFUND: _("Refund a sale"),
        Permission.DISCOUNT_ABOVE_LIMIT: _("Discount above the limit"),
        Permission.PRICE_CHANGE: _("Change a price"),
        Permission.OPEN_DRAWER: _("Open the drawer without a sale"),
        Permission.CASH_IN_OUT: _("Put cash in or take it out"),
        Permission.RISK_ABOVE_LIMIT: _("Payment at risk above the limit"),
        Permission.CLOSE_RECEIVABLE: _("Close a receivable"),
        Permission.SEE_DAY: _("See the day's figures"),
        Permission.CLOSE_DAY: _("Close the shift"),
        Permission.ACCEPT_DIFFERENCE: _("Accept a difference in the cash"),
        Permission.UNDO_CLOSE: _("Undo a close"),
        Permission.TRAINING: _("Begin or end training"),
        Permission.PEOPLE: _("Change people"),
        Permission.SETTINGS: _("Change settings"),
    }
    return words[permission]
