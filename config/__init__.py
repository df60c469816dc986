"""Settings, rates and products, read from files that people edit. Never a rule; never a secret in a value."""
