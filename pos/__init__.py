"""The terminal's rules, use cases and screens. Start reading at `pos.domain`."""
