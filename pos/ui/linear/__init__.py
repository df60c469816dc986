"""The till as plain lines in reading order, for a screen reader. Never boxes, never a rule of its own."""
