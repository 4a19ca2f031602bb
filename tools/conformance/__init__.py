"""The conformance harness: two verdicts on one recorded run, no flakes, and a number for how much it sees.

Schemathesis drives the service; an oracle of our own judges every recorded exchange again; probes cover what generated
requests do not reach;
contract mutants tell which statements of the contract no exchange has tested.
"""
