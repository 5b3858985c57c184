"""What wraps every request, as plain ASGI: the network's edge and the bounds of the process."""
