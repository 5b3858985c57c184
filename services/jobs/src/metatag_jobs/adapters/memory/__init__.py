"""One process: tickets, slots and events without a server, for the embedded system.

May import the core; no other adapter.
"""
