"""CPU per call of the generated server beside its peers, in one run: `python -m tests.bench.server`."""
