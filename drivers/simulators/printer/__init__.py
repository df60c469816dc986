"""A receipt printer in a process of its own: takes bytes, shows paper. Never part of a sale."""
