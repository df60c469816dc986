"""The whole product in a terminal multiplexer, as its users run it."""
