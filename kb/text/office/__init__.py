"""Office files: tables of facts in, official documents (GB/T 9704-2012) out.

Does not know what a table or a document says.
"""

from __future__ import annotations

from kb.text.office.official import Block, OfficialDocument, Piece, label, to_docx, to_markdown
from kb.text.office.table import Cell, TableRow, read_table

__all__ = ["Block", "Cell", "OfficialDocument", "Piece", "TableRow", "label", "read_table", "to_docx", "to_markdown"]
