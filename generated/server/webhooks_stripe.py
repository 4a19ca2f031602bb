"""Skeldir Stripe webhooks. Stripe tells us about payments and refunds.

Generated from contracts/openapi/v1/webhooks/stripe.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Protocol, TypeAlias, final

from . import common
from ._runtime.bodies import Bodies, Invalid, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Text, Uuid
from .models import webhooks_base as webhooks_base_models, webhooks_stripe as models
from .security import TENANT_KEY_AUTH, TENANT_URL_KEY_AUTH, TenantKeyAuthT_contra, TenantUrlKeyAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveStripeWebhookParams:
    """Parameters of `receiveStripeWebhook`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    stripe_signature: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Stripe-Signature")] = None
    """Stripe's proof that the delivery is its own - a time and one or several HMAC-SHA256 signatures over the time and
    the raw body. A delivery without a valid one gets the same 401 as a wrong key; that is why it is not marked as
    required.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveStripeWebhook200(JsonReply):
    """The delivery was taken; `outcome` says what became of it."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


ReceiveStripeWebhookReply: TypeAlias = (
    ReceiveStripeWebhook200
    | common.DeliveryBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_receive_stripe_webhook_body: JsonBody[models.StripeDispatchedEvent] = JsonBody(models.StripeDispatchedEvent)


def decode_receive_stripe_webhook(raw: bytes) -> models.StripeDispatchedEvent | Invalid:
    """The body of `receiveStripeWebhook`, or what is wrong with it."""
    return _receive_stripe_webhook_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeChargeSucceededParams:
    """Parameters of `stripeChargeSucceeded`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    stripe_signature: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Stripe-Signature")] = None
    """Stripe's proof that the delivery is its own - a time and one or several HMAC-SHA256 signatures over the time and
    the raw body. A delivery without a valid one gets the same 401 as a wrong key; that is why it is not marked as
    required.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StripeChargeSucceeded200(JsonReply):
    """The delivery was taken; `outcome` says what became of it."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


StripeChargeSucceededReply: TypeAlias = (
    StripeChargeSucceeded200
    | common.WebhookBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_stripe_charge_succeeded_body: JsonBody[models.StripeEvent] = JsonBody(models.StripeEvent)


def decode_stripe_charge_succeeded(raw: bytes) -> models.StripeEvent | Invalid:
    """The body of `stripeChargeSucceeded`, or what is wrong with it."""
    return _stripe_charge_succeeded_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class StripePaymentIntentSucceededParams:
    """Parameters of `stripePaymentIntentSucceeded`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    stripe_signature: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Stripe-Signature")] = None
    """Stripe's proof that the delivery is its own - a time and one or several HMAC-SHA256 signatures over the time and
    the raw body. A delivery without a valid one gets the same 401 as a wrong key; that is why it is not marked as
    required.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StripePaymentIntentSucceeded200(JsonReply):
    """The delivery was taken; `outcome` says what became of it."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


StripePaymentIntentSucceededReply: TypeAlias = (
    StripePaymentIntentSucceeded200
    | common.WebhookBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_stripe_payment_intent_succeeded_body: JsonBody[models.StripeEvent] = JsonBody(models.StripeEvent)


def decode_stripe_payment_intent_succeeded(raw: bytes) -> models.StripeEvent | Invalid:
    """The body of `stripePaymentIntentSucceeded`, or what is wrong with it."""
    return _stripe_payment_intent_succeeded_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class StripePaymentIntentSucceededLegacyParams:
    """Parameters of `stripePaymentIntentSucceededLegacy`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    stripe_signature: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Stripe-Signature")] = None
    """Stripe's proof that the delivery is its own - a time and one or several HMAC-SHA256 signatures over the time and
    the raw body. A delivery without a valid one gets the same 401 as a wrong key; that is why it is not marked as
    required.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StripePaymentIntentSucceededLegacy200(JsonReply):
    """The delivery was taken; `outcome` says what became of it."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


StripePaymentIntentSucceededLegacyReply: TypeAlias = (
    StripePaymentIntentSucceededLegacy200
    | common.WebhookBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_stripe_payment_intent_succeeded_legacy_body: JsonBody[models.StripeEvent] = JsonBody(models.StripeEvent)


def decode_stripe_payment_intent_succeeded_legacy(raw: bytes) -> models.StripeEvent | Invalid:
    """The body of `stripePaymentIntentSucceededLegacy`, or what is wrong with it."""
    return _stripe_payment_intent_succeeded_legacy_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeChargeRefundedParams:
    """Parameters of `stripeChargeRefunded`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    stripe_signature: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Stripe-Signature")] = None
    """Stripe's proof that the delivery is its own - a time and one or several HMAC-SHA256 signatures over the time and
    the raw body. A delivery without a valid one gets the same 401 as a wrong key; that is why it is not marked as
    required.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StripeChargeRefunded200(JsonReply):
    """The delivery was taken; `outcome` says what became of it."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


StripeChargeRefundedReply: TypeAlias = (
    StripeChargeRefunded200
    | common.WebhookBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_stripe_charge_refunded_body: JsonBody[models.StripeEvent] = JsonBody(models.StripeEvent)


def decode_stripe_charge_refunded(raw: bytes) -> models.StripeEvent | Invalid:
    """The body of `stripeChargeRefunded`, or what is wrong with it."""
    return _stripe_charge_refunded_body.decode(raw)


class WebhooksStripeApi(Protocol[TenantKeyAuthT_contra, TenantUrlKeyAuthT_contra]):
    """Operations of webhooks_stripe, to be implemented."""

    async def receive_stripe_webhook(
        self, params: ReceiveStripeWebhookParams, *, call: Call[TenantKeyAuthT_contra | TenantUrlKeyAuthT_contra]
    ) -> ReceiveStripeWebhookReply:
        """Receive any Stripe event (POST /api/webhooks/stripe).

        The one address to enter at Stripe. Each delivery is handled by its `type`, exactly as at the address for
        that type; a type we do not know is kept as a dead event.
        """
        ...

    async def stripe_charge_succeeded(
        self, params: StripeChargeSucceededParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> StripeChargeSucceededReply:
        """Receive a Stripe charge that succeeded (POST /api/webhooks/stripe/charge/succeeded).

        A charge went through. It becomes a captured payment in the ledger, once, however often Stripe delivers it.
        """
        ...

    async def stripe_payment_intent_succeeded(
        self, params: StripePaymentIntentSucceededParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> StripePaymentIntentSucceededReply:
        """Receive a Stripe payment intent that succeeded (POST /api/webhooks/stripe/payment_intent/succeeded).

        A payment intent went through. It becomes a captured payment in the ledger, unless its charge was recorded
        before.
        """
        ...

    async def stripe_payment_intent_succeeded_legacy(
        self, params: StripePaymentIntentSucceededLegacyParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> StripePaymentIntentSucceededLegacyReply:
        """Receive a Stripe payment intent that succeeded (old address) (POST
        /api/webhooks/stripe/payment_intent_succeeded).

        The same as `/api/webhooks/stripe/payment_intent/succeeded`, under the address it had before. Enter the new
        one at Stripe; this one will be removed on the date that the Sunset header names.
        """
        ...

    async def stripe_charge_refunded(
        self, params: StripeChargeRefundedParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> StripeChargeRefundedReply:
        """Receive a Stripe refund (POST /api/webhooks/stripe/charge/refunded).

        All or part of a charge went back. Stripe sends the sum of all refunds so far; what is new in it is taken
        off the revenue.
        """
        ...


class WebhooksStripeStub:
    """Answers 501 to every operation of webhooks_stripe; derive from it to write them one by one."""

    async def receive_stripe_webhook(
        self, params: ReceiveStripeWebhookParams, *, call: Call[Any]
    ) -> ReceiveStripeWebhookReply:
        raise NotWrittenError

    async def stripe_charge_succeeded(
        self, params: StripeChargeSucceededParams, *, call: Call[Any]
    ) -> StripeChargeSucceededReply:
        raise NotWrittenError

    async def stripe_payment_intent_succeeded(
        self, params: StripePaymentIntentSucceededParams, *, call: Call[Any]
    ) -> StripePaymentIntentSucceededReply:
        raise NotWrittenError

    async def stripe_payment_intent_succeeded_legacy(
        self, params: StripePaymentIntentSucceededLegacyParams, *, call: Call[Any]
    ) -> StripePaymentIntentSucceededLegacyReply:
        raise NotWrittenError

    async def stripe_charge_refunded(
        self, params: StripeChargeRefundedParams, *, call: Call[Any]
    ) -> StripeChargeRefundedReply:
        raise NotWrittenError


RECEIVE_STRIPE_WEBHOOK: Final = Operation(
    id="receiveStripeWebhook",
    method="POST",
    path="/api/webhooks/stripe",
    handler="receive_stripe_webhook",
    replies=frozenset(
        {
            ReceiveStripeWebhook200,
            common.DeliveryBadRequest400,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/webhooks/stripe.yaml:19",
    security=(
        (Need(TENANT_KEY_AUTH),),
        (Need(TENANT_URL_KEY_AUTH),),
    ),
    params=Params(ReceiveStripeWebhookParams),
    bodies=Bodies({"application/json": _receive_stripe_webhook_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

STRIPE_CHARGE_SUCCEEDED: Final = Operation(
    id="stripeChargeSucceeded",
    method="POST",
    path="/api/webhooks/stripe/charge/succeeded",
    handler="stripe_charge_succeeded",
    replies=frozenset(
        {
            StripeChargeSucceeded200,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/stripe.yaml:130",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(StripeChargeSucceededParams),
    bodies=Bodies({"application/json": _stripe_charge_succeeded_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

STRIPE_PAYMENT_INTENT_SUCCEEDED: Final = Operation(
    id="stripePaymentIntentSucceeded",
    method="POST",
    path="/api/webhooks/stripe/payment_intent/succeeded",
    handler="stripe_payment_intent_succeeded",
    replies=frozenset(
        {
            StripePaymentIntentSucceeded200,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/stripe.yaml:222",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(StripePaymentIntentSucceededParams),
    bodies=Bodies({"application/json": _stripe_payment_intent_succeeded_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

STRIPE_PAYMENT_INTENT_SUCCEEDED_LEGACY: Final = Operation(
    id="stripePaymentIntentSucceededLegacy",
    method="POST",
    path="/api/webhooks/stripe/payment_intent_succeeded",
    handler="stripe_payment_intent_succeeded_legacy",
    replies=frozenset(
        {
            StripePaymentIntentSucceededLegacy200,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/stripe.yaml:311",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(StripePaymentIntentSucceededLegacyParams),
    bodies=Bodies({"application/json": _stripe_payment_intent_succeeded_legacy_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
    is_deprecated=True,
    notices=(
        ("Deprecation", "@1795219200"),
        ("Sunset", "Mon, 31 May 2027 00:00:00 GMT"),
        ("Link", '</api/webhooks/stripe/payment_intent/succeeded>; rel="successor-version"'),
    ),
)

STRIPE_CHARGE_REFUNDED: Final = Operation(
    id="stripeChargeRefunded",
    method="POST",
    path="/api/webhooks/stripe/charge/refunded",
    handler="stripe_charge_refunded",
    replies=frozenset(
        {
            StripeChargeRefunded200,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/stripe.yaml:406",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(StripeChargeRefundedParams),
    bodies=Bodies({"application/json": _stripe_charge_refunded_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    RECEIVE_STRIPE_WEBHOOK,
    STRIPE_CHARGE_SUCCEEDED,
    STRIPE_PAYMENT_INTENT_SUCCEEDED,
    STRIPE_PAYMENT_INTENT_SUCCEEDED_LEGACY,
    STRIPE_CHARGE_REFUNDED,
)
