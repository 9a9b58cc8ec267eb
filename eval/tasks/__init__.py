"""Tasks of the evaluation, one file each; every one runs as ``python -m eval.tasks.<name>``."""
