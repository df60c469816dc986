"""Every figure of the design's section 9 that exists so far, as ratios measured in one run.

`./run_pos.py bench` runs all of it. A ratio compares the product with a floor or a peer measured in
the same minute on the same machine, in turns, so that a slow machine slows both.
"""
