"""What the terminal relies on in a driver, as checks that any driver can be put to. Never a driver."""
