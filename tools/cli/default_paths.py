"""Default folders of the commands, in a module of their own: the fast path of `contracts` imports little else."""

CONTRACTS = "contracts/openapi/v1"
OUT = "generated"
