"""A character display on a pseudo-terminal, which shows what a customer would see."""
