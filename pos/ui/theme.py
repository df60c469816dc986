"""The till's colours: dark, high in contrast, readable from arm's length. Never a meaning by colour alone."""

from __future__ import annotations

from textual.theme import Theme

THEME = Theme(
    name="ieum",
    primary="#4fb3ff",
    secondary="#7fd1c7",
    accent="#4fb3ff",
    foreground="#eef3fa",
    background="#0b1424",
    surface="#111d33",
    panel="#1a2a47",
    success="#58d68d",
    warning="#ffcf40",
    error="#ff6b6b",
    dark=True,
    variables={
        "quiet": "#8fa3c0",
        "bar": "#16335c",
        "cursor": "#2b5fa8",
        "stop": "#9c1420",
        "input-cursor-background": "#eef3fa",
        "input-cursor-foreground": "#0b1424",
    },
)
