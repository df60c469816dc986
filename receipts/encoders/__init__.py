"""Laid-out rows as printer bytes, plain text or a picture. Never changes what is said."""
