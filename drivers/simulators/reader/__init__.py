"""A secure card reader on a pseudo-terminal, with every fault of a bad day. Never for a real shop."""
