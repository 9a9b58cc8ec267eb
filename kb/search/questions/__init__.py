"""Known questions: what people ask, tied to the articles that answer it; load, check, grow.

Does not know how they are ranked, nor what the articles say.

* ``record``   one question ↔ one JSON line;
* ``store``    files → questions, and the append-only file of edits (add, refuse, retire, who and when);
* ``table``    .xlsx and .jsonl from elsewhere → questions and the rows at fault;
* ``check``    every gold against what an index holds;
* ``write``    questions by a chat model for articles that have none, for review.
"""

from kb.search.questions.check import Holdings, Problem, check
from kb.search.questions.record import from_row, to_row
from kb.search.questions.store import Edit, KnownQuestions, edits, load, record
from kb.search.questions.table import BadRow, read_table
from kb.search.questions.write import Written, sample, write_questions

__all__ = [
    "BadRow",
    "Edit",
    "Holdings",
    "KnownQuestions",
    "Problem",
    "Written",
    "check",
    "edits",
    "from_row",
    "load",
    "read_table",
    "record",
    "sample",
    "to_row",
    "write_questions",
]
