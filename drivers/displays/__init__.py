"""What the customer sees: character displays on serial lines, and a screen of its own."""
