"""Learning: what the corrections of one user say about tags, and what that user's archive looks like.

Owns the feedback on tags, its summary for the tagger, and the comparison of tags with corrected ones. Knows no
transport and no SQL: `stores.py` says what it needs of the database. Nothing of it is ever used for another user.
"""
