"""The use cases, over ports. Never a device, a database, a network or a screen by name."""
