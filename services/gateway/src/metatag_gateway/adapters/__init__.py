"""What the ports are made of; chosen by the bootstrap alone."""
