"""``python -m eval``: the same as ``kb eval``."""

import sys

from kb.cli import main

sys.exit(main(["eval", *sys.argv[1:]]))
