"""Virtual cards and the virtual reader. Never used in a real shop."""
