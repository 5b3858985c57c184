"""Redis: the streams that deliver tickets, and the event bus between replicas.

May import the core, and :mod:`metatag_jobs.adapters.memory`, which serves the observers of one process.
"""
