"""Records: what people do with documents that have ended. Owns corrections and the history of a document.

Knows no transport and no SQL: `stores.py` says what it needs of the database.
"""
