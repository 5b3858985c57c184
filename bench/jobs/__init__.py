"""What the jobs engine can do: enqueue, books, whole documents, fairness, page pool, memory."""
