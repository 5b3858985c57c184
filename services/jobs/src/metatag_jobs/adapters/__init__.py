"""Adapters: what stands behind the ports. Only the bootstrap imports from here."""
