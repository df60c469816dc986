"""What goes on paper: document, layout, encoders. Never a printer, a network or a decision."""
