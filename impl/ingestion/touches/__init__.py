"""The receipt of touches: a batch read, each touch judged by itself, stored or kept as a dead event.

Owns the rules of a touch (time, session, channel). Does not own the hashes of journeys, which deliveries carry too
(`ingestion.journeys`), or credit (`attribution`).
"""
