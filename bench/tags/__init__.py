"""Measures taggers on documents with tags by people (`bench.tags.run`) and fits the ranker (`bench.tags.fit`)."""
