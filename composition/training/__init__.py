"""Training: a whole terminal beside the real one, of which nothing is real but the paper, and that is marked."""
