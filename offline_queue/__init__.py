"""The terminal's durable memory and the tasks that empty it. Never a rule, a screen or a device."""
