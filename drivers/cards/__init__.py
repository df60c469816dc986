"""Card readers and the EMV kernel. A clear card number never leaves this package."""
