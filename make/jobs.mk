# The heavy proofs of jobs.
.PHONY: test-chaos test-states bench-jobs
# One file of them: make test-chaos CHAOS=tests/chaos/test_gateways.py. Fewer documents: CHAOS_DOCUMENTS=150.
CHAOS ?= tests/chaos
test-chaos: setup ## kill workers, leaders, gateways, nodes and servers in the middle of batches (about ten minutes)
	METATAG_TEST_SERVERS=required $(RUN) pytest -q -m chaos --durations=5 $(CHAOS)

test-states: setup ## search long for an order of work, control and crash that breaks a job's books
	METATAG_TEST_SERVERS=required $(RUN) pytest -q -m slow --durations=5 tests/contract/jobs/test_job_machine.py

bench-jobs: ## measure the engine: enqueue, throughput, fairness, page pool (docs/benchmarks-jobs.md)
	$(RUN) python bench/jobs/run.py

.PHONY: test-faults
# One file: FAULTS=tests/faults/test_calls.py. On a machine that is busy with other things: FAULTS_SLACK=4.
FAULTS ?= tests/faults
test-faults: setup ## cut, slow, refuse and freeze what a batch needs, and hold how soon it goes on (about ten minutes)
	METATAG_TEST_SERVERS=required $(RUN) pytest -q -s -m faults --durations=5 $(FAULTS)
