"""The mark of training, on every screen while it lasts. Never the colour alone: it says so in words."""

from __future__ import annotations

from pos.ui.i18n import _
from pos.ui.widgets.notice import Notice


class TrainingMark(Notice):
    """One row at the top."""

    DEFAULT_CSS = "TrainingMark { dock: top; height: 1; layer: mark; }"

    def __init__(self) -> None:
        super().__init__("training-mark")

    def on_mount(self) -> None:
        """Say it."""
        self.show(_("TRAINING: no real money moves"), level="warning")
