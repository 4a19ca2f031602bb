"""From linked sources to the intermediate representation: the only part that knows OpenAPI and JSON Schema."""
