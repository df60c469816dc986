"""One screen a file, its styles beside it. Never a rule: use cases are called, outcomes shown."""
