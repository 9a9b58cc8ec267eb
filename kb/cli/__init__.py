"""Arguments → app → text. The only room that prints. Does not know how anything is found or worded.

Exit status: 0 done, 1 the input is at fault (one line says what and how to mend it), 2 wrong usage,
3 ``kb check`` found a citation that fails.
"""

from kb.cli.main import main

__all__ = ["main"]
