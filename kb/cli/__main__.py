"""``python -m kb.cli``: the same as ``kb``."""

from kb.cli.main import main

raise SystemExit(main())
