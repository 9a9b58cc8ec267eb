"""Running tasks over question sets: load, ask, judge, keep, compare, print. Knows no task's contents."""
