"""The command `contracts`: options in, exit codes out. It stands on every other tool, and none stands on it."""
