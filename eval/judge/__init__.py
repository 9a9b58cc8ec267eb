"""A chat model as judge: off by default, its marks apart from every figure. Knows no task."""
