"""The same till in a browser, for a tablet. Never more than one of them at a time."""
