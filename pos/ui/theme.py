"""The till's colours, as two themes: both readable from arm's length. Never a meaning by colour alone."""

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

# For eyes that need more: black and white, and few colours between.
CONTRAST = Theme(
    name="ieum-contrast",
    primary="#ffff00",
    secondary="#00ffff",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    success="#5cff8d",
    warning="#ffd21f",
    error="#ff9c9c",
    dark=True,
    variables={
        "quiet": "#e6e6e6",
        "bar": "#00205c",
        "cursor": "#0046b8",
        "stop": "#8f0012",
        "input-cursor-background": "#ffffff",
        "input-cursor-foreground": "#000000",
    },
)
