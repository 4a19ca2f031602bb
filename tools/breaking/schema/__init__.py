"""Three-valued containment of JSON Schemas: `contain.contained(sender, receiver)` is safe, broken or undecided."""
