"""Side by side with peers and with the floor: same files, same encoder, same questions, one process each.

Knows no product figures but those it measures. ``python -m eval.bench``; the peers stand in the dependency group bench.
"""
