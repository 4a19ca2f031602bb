"""Everything that differs between platforms: signatures, field names, amounts.

Owns one object per processor (`processor.Processor`) with its package, and the list of them (`registry`). Does not own the
database or HTTP. A new processor is a package here, its contract, and one line in `registry`.
"""
