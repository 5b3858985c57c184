# The gateway's measurements and its longer proofs.
.PHONY: bench-gateway bench-attack fuzz-gateway
bench-gateway: setup ## measure the gateway: requests, documents, sockets, uploads (wants wrk; PART="status single")
	@.venv/bin/python -m bench.gateway.run $(PART)

bench-attack: setup ## measure sign-ins while a thousand connections drip and fifty passwords a second are guessed
	@.venv/bin/python -m bench.gateway.attack

fuzz-gateway: setup ## hold the API against its own description with many made-up requests (minutes)
	@.venv/bin/pytest -q -m slow tests/contract/gateway
