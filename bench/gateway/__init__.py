"""How much the gateway costs: requests a second, milliseconds a document, memory a socket and an upload."""
