"""Tests of how the parts are put together, and of the demo."""
