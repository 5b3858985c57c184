"""The ocr service over gRPC: nodes, the pool over them, and the fallback to another engine.

May import the core; no other adapter.
"""
