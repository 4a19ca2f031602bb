"""Skeldir PayPal webhooks. Receive PayPal webhooks.

Generated from contracts/openapi/v1/webhooks/paypal.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from . import common, security
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params
from ._runtime.security import Need
from ._runtime.types import Text, Uuid
from .models import webhooks_paypal as models


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePaypalWebhookParams:
    """Parameters of `receivePaypalWebhook`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    paypal_transmission_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-ID")
    ] = None
    """PayPal's ID of the transmission. Covered by the signature."""
    paypal_transmission_time: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-TIME")
    ] = None
    """Time of the transmission. Covered by the signature."""
    paypal_transmission_sig: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-SIG")
    ] = None
    """RSA signature over the transmission ID, its time, the webhook ID and a checksum of the raw body. A missing or
    invalid signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """
    paypal_auth_algo: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-AUTH-ALGO")] = None
    """Signature algorithm."""
    paypal_cert_url: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-CERT-URL")] = None
    """URL of PayPal's certificate. Only URLs of PayPal are accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaypalSaleCompletedParams:
    """Parameters of `paypalSaleCompleted`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    paypal_transmission_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-ID")
    ] = None
    """PayPal's ID of the transmission. Covered by the signature."""
    paypal_transmission_time: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-TIME")
    ] = None
    """Time of the transmission. Covered by the signature."""
    paypal_transmission_sig: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-SIG")
    ] = None
    """RSA signature over the transmission ID, its time, the webhook ID and a checksum of the raw body. A missing or
    invalid signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """
    paypal_auth_algo: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-AUTH-ALGO")] = None
    """Signature algorithm."""
    paypal_cert_url: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-CERT-URL")] = None
    """URL of PayPal's certificate. Only URLs of PayPal are accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaypalPaymentCaptureCompletedParams:
    """Parameters of `paypalPaymentCaptureCompleted`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    paypal_transmission_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-ID")
    ] = None
    """PayPal's ID of the transmission. Covered by the signature."""
    paypal_transmission_time: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-TIME")
    ] = None
    """Time of the transmission. Covered by the signature."""
    paypal_transmission_sig: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-SIG")
    ] = None
    """RSA signature over the transmission ID, its time, the webhook ID and a checksum of the raw body. A missing or
    invalid signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """
    paypal_auth_algo: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-AUTH-ALGO")] = None
    """Signature algorithm."""
    paypal_cert_url: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-CERT-URL")] = None
    """URL of PayPal's certificate. Only URLs of PayPal are accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaypalSaleRefundedParams:
    """Parameters of `paypalSaleRefunded`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    paypal_transmission_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-ID")
    ] = None
    """PayPal's ID of the transmission. Covered by the signature."""
    paypal_transmission_time: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-TIME")
    ] = None
    """Time of the transmission. Covered by the signature."""
    paypal_transmission_sig: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-TRANSMISSION-SIG")
    ] = None
    """RSA signature over the transmission ID, its time, the webhook ID and a checksum of the raw body. A missing or
    invalid signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """
    paypal_auth_algo: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-AUTH-ALGO")] = None
    """Signature algorithm."""
    paypal_cert_url: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("PAYPAL-CERT-URL")] = None
    """URL of PayPal's certificate. Only URLs of PayPal are accepted."""


RECEIVE_PAYPAL_WEBHOOK: Final = Operation(
    id="receivePaypalWebhook",
    method="POST",
    path="/api/webhooks/paypal",
    handler="__call__",
    replies=frozenset(
        {
            common.DeliveryBadRequest400,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ReceiveDelivery200,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/webhooks/paypal.yaml:19",
    security=(
        (Need(security.TENANT_KEY_AUTH),),
        (Need(security.TENANT_URL_KEY_AUTH),),
    ),
    params=Params(ReceivePaypalWebhookParams),
    bodies=Bodies({"application/json": JsonBody(models.PayPalDispatchedEvent)}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
    extensions={"x-mapping": {"map": "paypal", "by": "event_type"}},
)

PAYPAL_SALE_COMPLETED: Final = Operation(
    id="paypalSaleCompleted",
    method="POST",
    path="/api/webhooks/paypal/sale_completed",
    handler="__call__",
    replies=frozenset(
        {
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ReceiveDelivery200,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/paypal.yaml:155",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(PaypalSaleCompletedParams),
    bodies=Bodies({"application/json": JsonBody(models.PayPalEvent)}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "paypal", "topic": "PAYMENT.SALE.COMPLETED", "event": "PaymentCaptured"},
        "x-idempotency-key": "paypal_{id}",
    },
)

PAYPAL_PAYMENT_CAPTURE_COMPLETED: Final = Operation(
    id="paypalPaymentCaptureCompleted",
    method="POST",
    path="/api/webhooks/paypal/payment/capture/completed",
    handler="__call__",
    replies=frozenset(
        {
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ReceiveDelivery200,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/paypal.yaml:250",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(PaypalPaymentCaptureCompletedParams),
    bodies=Bodies({"application/json": JsonBody(models.PayPalEvent)}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "paypal", "topic": "PAYMENT.CAPTURE.COMPLETED", "event": "PaymentCaptured"},
        "x-idempotency-key": "paypal_{id}",
    },
)

PAYPAL_SALE_REFUNDED: Final = Operation(
    id="paypalSaleRefunded",
    method="POST",
    path="/api/webhooks/paypal/payment/sale/refunded",
    handler="__call__",
    replies=frozenset(
        {
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ReceiveDelivery200,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/paypal.yaml:343",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(PaypalSaleRefundedParams),
    bodies=Bodies({"application/json": JsonBody(models.PayPalEvent)}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "paypal", "topic": "PAYMENT.SALE.REFUNDED", "event": "PaymentRefunded"},
        "x-idempotency-key": "paypal_{id}",
    },
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    RECEIVE_PAYPAL_WEBHOOK,
    PAYPAL_SALE_COMPLETED,
    PAYPAL_PAYMENT_CAPTURE_COMPLETED,
    PAYPAL_SALE_REFUNDED,
)
