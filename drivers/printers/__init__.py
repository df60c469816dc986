"""Receipt printers. Never a receipt's words: bytes come in ready."""
