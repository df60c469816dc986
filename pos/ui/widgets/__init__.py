"""The parts that screens are made of. Never a use case: data comes in, messages go out."""
