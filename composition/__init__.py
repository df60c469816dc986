"""Where every concrete class is known and wired. Never a rule; imported by `run_pos.py` alone."""
