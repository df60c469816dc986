"""Tests of settings, rates and products as people write them."""
