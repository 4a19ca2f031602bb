"""Written by `contracts generate`, never by hand: change contracts/ or tools/codegen/ instead."""
