# The heavy proofs of jobs.
.PHONY: test-chaos bench-jobs
test-chaos: ## kill workers, leaders, nodes and servers in the middle of a batch (real processes, about six minutes)
	$(RUN) pytest tests/chaos -m chaos

bench-jobs: ## measure the engine: enqueue, throughput, fairness, page pool (docs/benchmarks-jobs.md)
	$(RUN) python bench/jobs/run.py
