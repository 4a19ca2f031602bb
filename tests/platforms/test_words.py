"""Words of processors mean the same in capitals, as their newer interfaces write them, and with the prefix of a shop's database."""

from datetime import UTC, datetime

import pytest

from impl.kernel.facts import FactKind
from impl.platforms import registry
from impl.platforms.notification import Notification

AT = "2026-11-20T10:00:00Z"
ORDER = {"id": 7, "order_number": 1, "created_at": AT, "updated_at": AT, "currency": "USD", "total_price": "10.00"}
TRANSACTION = {
    "id": 9,
    "order_id": 7,
    "currency": "USD",
    "amount": "10.00",
    "processed_at": AT,
    "total_unsettled_set": None,
}
REFUND = {"id": 8, "order_id": 7, "currency": "USD", "created_at": AT}
DISPUTE = {"id": 5, "order_id": 7, "amount": "10.00", "currency": "USD", "initiated_at": AT}
SHOP_ORDER = {
    "id": 7,
    "number": "7",
    "order_key": "k",
    "currency": "USD",
    "total": "10.00",
    "date_created_gmt": AT,
    "date_modified_gmt": AT,
}
MONEY = {"value": "10.00", "currency_code": "USD"}
RESOLVED = {"dispute_id": "D", "dispute_amount": MONEY, "disputed_transactions": [{"seller_transaction_id": "C"}]}
SHOWN = [
    ("shopify", "orders/paid", ORDER | {"financial_status": "PAID"}, {FactKind.CAPTURED_TOTAL}),
    ("shopify", "refunds/create", REFUND | {"transactions": [TRANSACTION | {"kind": "REFUND", "status": "SUCCESS"}]}, {FactKind.REFUNDED}),
    ("shopify", "refunds/create", REFUND | {"transactions": [TRANSACTION | {"kind": "Refund", "status": "FAILURE"}]}, {FactKind.REFUND_ENDED}),
    ("shopify", "disputes/update", DISPUTE | {"type": "CHARGEBACK", "status": "WON"}, {FactKind.DISPUTE_ENDED}),
    ("woocommerce", "order.updated", SHOP_ORDER | {"status": "wc-processing"}, {FactKind.CAPTURED_TOTAL}),
    ("woocommerce", "order.updated", SHOP_ORDER | {"status": "Completed"}, {FactKind.CAPTURED_TOTAL}),
    ("woocommerce", "order.updated", SHOP_ORDER | {"status": "processing", "payment_method": "COD"}, {FactKind.HOLD}),
    ("woocommerce", "order.updated", SHOP_ORDER | {"status": ["processing"]}, {FactKind.HOLD}),
    (
        "paypal", "CUSTOMER.DISPUTE.RESOLVED",
        {"id": "W", "event_type": "CUSTOMER.DISPUTE.RESOLVED", "create_time": AT,
         "resource": RESOLVED | {"dispute_outcome": {"outcome_code": "resolved_seller_favour"}}},
        {FactKind.DISPUTE_ENDED},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("processor", "topic", "payload", "kinds"), SHOWN)
def test_a_word_means_the_same_however_it_is_written(processor, topic, payload, kinds):
    notification = Notification(payload=payload, topic=topic, id=None, received_at=datetime.now(UTC))
    assert {fact.kind for fact in registry.processor(processor).read(notification)} == kinds
