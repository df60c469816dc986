"""Gets the permission for an act: from whoever is at the till, or once from somebody who has it."""

from __future__ import annotations

from typing import Any

from textual.app import App

from pos.domain.people import Grant, Permission
from pos.services.staff import Staff
from pos.ui.i18n import _
from pos.ui.people_words import permission_word


async def ask_grant(
    app: App[Any], staff: Staff, permission: Permission, about: str
) -> Grant | None:
    """Return the grant, or None where nobody gave it; call it from a worker, as `act` makes one.

    Args:
        app: whose screens ask.
        staff: who is at the till, and who else there is.
        permission: what the act needs.
        about: what it is done to, for the record.

    Raises:
        StoreError: the answer could not be written; nothing was allowed.
    """
    grant = staff.grant(permission)
    if grant is not None:
        return grant
    from pos.ui.screens.pin import PinScreen  # Only where people sign in.

    able = [each for each in staff.everyone if staff.holds(each, permission)]
    screen = PinScreen[Grant](
        _("Permission: {what}", what=permission_word(permission)),
        _("{name} may not do this alone. Somebody who may allows it once.", name=staff.name),
        able,
        lambda code: staff.approve(permission, code, about),
    )
    return await app.push_screen_wait(screen)
