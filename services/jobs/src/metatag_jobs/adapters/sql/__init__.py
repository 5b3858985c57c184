"""PostgreSQL and SQLite: jobs, documents, history, search, leadership, one subject a module.

May import the core and ``metatag_runtime.sql``; no other adapter.
"""
