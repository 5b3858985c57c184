"""The public paths: each function reads the request, calls one use case, and gives a schema."""
