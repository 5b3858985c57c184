"""Tables of people: CSV, TSV and XLSX of any program, read as columns and rows of text.

This package owns how the bytes of a table become text, which row names the columns, and which column is which field of
a document. The page, the command, the synchronous batch and vocabularies read their tables with it.
"""

from metatag_gateway.tables.model import MAX_BYTES, MAX_ROWS, Table, TableError
from metatag_gateway.tables.reader import read_table

__all__ = ["MAX_BYTES", "MAX_ROWS", "Table", "TableError", "read_table"]
