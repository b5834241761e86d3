"""Benchmarks: each module measures one promise side by side with its alternative, in one run, as ratios."""
