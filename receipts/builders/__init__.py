"""One builder for each kind of document. Never a column, a byte or a clock."""
