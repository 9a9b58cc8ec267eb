"""Measured, release after release: question sets, tasks, metrics, training, benchmarks."""
