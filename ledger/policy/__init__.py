"""The city's rules as dated data: rates, tiers, limits, holidays. Pure but for reading its files; never moves money."""
