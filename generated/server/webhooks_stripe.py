"""Skeldir Stripe webhooks. Receive Stripe webhooks.

Generated from contracts/openapi/v1/webhooks/stripe.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from . import common, security
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params
from ._runtime.security import Need
from ._runtime.types import Text, Uuid
from .models import webhooks_stripe as models


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveStripeWebhookParams:
    """Parameters of `receiveStripeWebhook`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    stripe_signature: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Stripe-Signature")] = None
    """Timestamp and one or more HMAC-SHA256 signatures over the timestamp and the raw body. A missing or invalid
    signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeChargeSucceededParams:
    """Parameters of `stripeChargeSucceeded`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    stripe_signature: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Stripe-Signature")] = None
    """Timestamp and one or more HMAC-SHA256 signatures over the timestamp and the raw body. A missing or invalid
    signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class StripePaymentIntentSucceededParams:
    """Parameters of `stripePaymentIntentSucceeded`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    stripe_signature: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Stripe-Signature")] = None
    """Timestamp and one or more HMAC-SHA256 signatures over the timestamp and the raw body. A missing or invalid
    signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class StripePaymentIntentSucceededLegacyParams:
    """Parameters of `stripePaymentIntentSucceededLegacy`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    stripe_signature: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Stripe-Signature")] = None
    """Timestamp and one or more HMAC-SHA256 signatures over the timestamp and the raw body. A missing or invalid
    signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeChargeRefundedParams:
    """Parameters of `stripeChargeRefunded`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    stripe_signature: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Stripe-Signature")] = None
    """Timestamp and one or more HMAC-SHA256 signatures over the timestamp and the raw body. A missing or invalid
    signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """


RECEIVE_STRIPE_WEBHOOK: Final = Operation(
    id="receiveStripeWebhook",
    method="POST",
    path="/api/webhooks/stripe",
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
    origin="contracts/openapi/v1/webhooks/stripe.yaml:19",
    security=(
        (Need(security.TENANT_KEY_AUTH),),
        (Need(security.TENANT_URL_KEY_AUTH),),
    ),
    params=Params(ReceiveStripeWebhookParams),
    bodies=Bodies({"application/json": JsonBody(models.StripeDispatchedEvent)}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
    extensions={"x-mapping": {"map": "stripe", "by": "type"}},
)

STRIPE_CHARGE_SUCCEEDED: Final = Operation(
    id="stripeChargeSucceeded",
    method="POST",
    path="/api/webhooks/stripe/charge/succeeded",
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
    origin="contracts/openapi/v1/webhooks/stripe.yaml:138",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(StripeChargeSucceededParams),
    bodies=Bodies({"application/json": JsonBody(models.StripeEvent)}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "stripe", "topic": "charge.succeeded", "event": "PaymentCaptured"},
        "x-idempotency-key": "stripe_{id}",
    },
)

STRIPE_PAYMENT_INTENT_SUCCEEDED: Final = Operation(
    id="stripePaymentIntentSucceeded",
    method="POST",
    path="/api/webhooks/stripe/payment_intent/succeeded",
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
    origin="contracts/openapi/v1/webhooks/stripe.yaml:230",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(StripePaymentIntentSucceededParams),
    bodies=Bodies({"application/json": JsonBody(models.StripeEvent)}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "stripe", "topic": "payment_intent.succeeded", "event": "PaymentCaptured"},
        "x-idempotency-key": "stripe_{id}",
    },
)

STRIPE_PAYMENT_INTENT_SUCCEEDED_LEGACY: Final = Operation(
    id="stripePaymentIntentSucceededLegacy",
    method="POST",
    path="/api/webhooks/stripe/payment_intent_succeeded",
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
    origin="contracts/openapi/v1/webhooks/stripe.yaml:320",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(StripePaymentIntentSucceededLegacyParams),
    bodies=Bodies({"application/json": JsonBody(models.StripeEvent)}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
    is_deprecated=True,
    notices=(
        ("Deprecation", "@1795219200"),
        ("Sunset", "Mon, 31 May 2027 00:00:00 GMT"),
        ("Link", '</api/webhooks/stripe/payment_intent/succeeded>; rel="successor-version"'),
    ),
    extensions={
        "x-mapping": {"map": "stripe", "topic": "payment_intent.succeeded", "event": "PaymentCaptured"},
        "x-idempotency-key": "stripe_{id}",
    },
)

STRIPE_CHARGE_REFUNDED: Final = Operation(
    id="stripeChargeRefunded",
    method="POST",
    path="/api/webhooks/stripe/charge/refunded",
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
    origin="contracts/openapi/v1/webhooks/stripe.yaml:416",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(StripeChargeRefundedParams),
    bodies=Bodies({"application/json": JsonBody(models.StripeEvent)}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "stripe", "topic": "charge.refunded", "event": "PaymentRefunded"},
        "x-idempotency-key": "stripe_{id}",
    },
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    RECEIVE_STRIPE_WEBHOOK,
    STRIPE_CHARGE_SUCCEEDED,
    STRIPE_PAYMENT_INTENT_SUCCEEDED,
    STRIPE_PAYMENT_INTENT_SUCCEEDED_LEGACY,
    STRIPE_CHARGE_REFUNDED,
)
