"""Between the wire's messages and the gateway's nouns; the only place, with the gRPC adapters, that knows both."""
