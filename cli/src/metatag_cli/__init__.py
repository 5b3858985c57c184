"""The command: everything a person does with metatag from a terminal, and all services in one process.

Purpose: `metatag serve` hosts the four services together; the other commands use the public API as any client would.
Owns: the data directory of the embedded system (its lock and its secrets), the stored sign-in.
Speaks to: the public API, through metatag_client; the services' bootstraps, in compose.py alone.
May import: the bootstraps and settings of all services, metatag_runtime, metatag_client.
Change it when: a command, its output or the embedded mode changes.
"""
