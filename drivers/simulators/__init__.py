"""Stand-ins for devices, for the demo and the tests. Never used in a real shop."""
