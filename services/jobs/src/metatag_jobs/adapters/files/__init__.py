"""Stored objects: a directory, or a bucket of S3.

May import the core; no other adapter.
"""
