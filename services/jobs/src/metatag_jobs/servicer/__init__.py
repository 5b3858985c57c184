"""The gRPC edge: JobsService over the use cases, one file a subject."""
