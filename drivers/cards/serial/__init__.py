"""Korean secure card readers on a serial line. Never a clear card number beyond the reader."""
