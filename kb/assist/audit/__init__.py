"""The record of every question: what was answered, to whom, from which generation; append-only.

Does not know how answers are made, nor the web.
"""

from kb.assist.audit.export import to_csv, to_jsonl
from kb.assist.audit.record import Feedback, Record, Verdict, differences
from kb.assist.audit.store import AuditLog

__all__ = ["AuditLog", "Feedback", "Record", "Verdict", "differences", "to_csv", "to_jsonl"]
