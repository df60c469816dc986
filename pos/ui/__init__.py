"""The screens, in Textual. Never a rule, a query, a device or a network: use cases come in."""
