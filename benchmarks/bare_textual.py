"""The floor for screens: the least Textual app that shows a total and changes it on each key."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Static


class Bare(App[None]):
    count = 0

    def compose(self) -> ComposeResult:
        yield Static("READY", id="total")

    def on_key(self, event: Key) -> None:
        self.count += 1
        self.query_one("#total", Static).update(f"total {self.count:,} {event.key}")


if __name__ == "__main__":
    Bare().run()
