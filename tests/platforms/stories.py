"""Stories of a shop: their deliveries in every order of arrival, each of them also twice, and what the ledger holds in the end."""

import itertools
from datetime import UTC, datetime

from impl.kernel import money
from impl.kernel.money import Money
from impl.ledger.posting import ContradictsRecorded, CurrencyMismatch
from impl.platforms import registry
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.notification import Notification
from tests.fixtures.book import Book

RECEIVED = datetime(2026, 12, 24, 12, tzinfo=UTC)


def text(cents, code):
    """The amount as a processor writes it: `text(1234, "KWD")` is `1.234`."""
    return money.decimal_text(Money(cents, money.currency(code)))


def read(processor, topic, body, account="default"):
    """The facts of a delivery."""
    notification = Notification(payload=body, topic=topic, id=None, account=account, received_at=RECEIVED)
    return registry.processor(processor).read(notification)


def play(processor, deliveries):
    """Net by currency when deliveries arrive in this order, and the code of each that is dead."""
    rule, books, dead, keys = registry.processor(processor), {}, [], set()
    for topic, body in deliveries:
        if rule.is_test(body):
            continue
        try:
            facts = read(processor, topic, body)
            for posting in books.setdefault(facts[0].transaction_id, Book(rule.position)).take(facts):
                if posting.entry:
                    # The unique keys of the ledger.
                    entry = posting.entry
                    new = {(entry.transaction_id, entry.kind, entry.currency, posting.fact.processor_event_id)}
                    new |= {(facts[0].transaction_id, entry.ordinal)} if entry.ordinal else set()
                    assert keys.isdisjoint(new)
                    keys |= new
        except NothingToRecord:
            pass
        except (UnusableDelivery, CurrencyMismatch, ContradictsRecorded) as error:
            dead.append(error.code)
    nets = {}
    for entry in (entry for book in books.values() for entry in book.entries):
        nets[entry.currency] = nets.get(entry.currency, 0) + entry.effect_cents
    return {code: cents for code, cents in nets.items() if cents}, dead


def outcomes(processor, deliveries):
    """Every net that some order of arrival ends in, with any one delivery repeated at any later time: one, if all is well."""
    ends = []
    for order in itertools.permutations(range(len(deliveries))):
        for repeated in order:
            told = [deliveries[index] for index in (*order, repeated)]
            net, _ = play(processor, told)
            if net not in ends:
                ends.append(net)
    return ends
