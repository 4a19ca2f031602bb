"""The conformance harness: two verdicts on one recorded run, no flakes, and a number for how much it sees.

Schemathesis drives the service; an oracle of our own judges every recorded exchange again; probes go where generation is blind;
contract mutants tell which sentences of the contract nothing was ever held to.
"""
