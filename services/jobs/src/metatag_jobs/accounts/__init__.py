"""Accounts: all that jobs keeps of one user, removed or exported as a whole.

Owns which tables and objects belong to a user. Knows no transport and no SQL: `stores.py` says what it needs of the
database.
"""
