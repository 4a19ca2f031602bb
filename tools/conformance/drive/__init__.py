"""The service under test: how it is reached, the exchanges with it, and the engine of Schemathesis."""
