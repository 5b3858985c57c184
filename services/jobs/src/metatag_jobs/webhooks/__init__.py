"""Webhooks: addresses of users to which events are posted. Owns signatures, tries and their end.

Knows no transport and no SQL: `stores.py` says what it needs of the world.
"""
