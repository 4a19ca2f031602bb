"""Everything that differs between platforms: signatures, field names, amounts.

Owns one package per processor: how a delivery is proven (`signature`), what it means (`events`), samples for tests and demos.
Does not own the database or HTTP; a fifth processor is one package here and one contract.
"""
