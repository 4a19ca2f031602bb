"""Skeldir Stripe webhooks. Receive Stripe webhooks.

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
    """Timestamp and one or more HMAC-SHA256 signatures over the timestamp and the raw body. A missing or invalid
    signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveStripeWebhook200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

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
    """Timestamp and one or more HMAC-SHA256 signatures over the timestamp and the raw body. A missing or invalid
    signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StripeChargeSucceeded200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

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
    """Timestamp and one or more HMAC-SHA256 signatures over the timestamp and the raw body. A missing or invalid
    signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StripePaymentIntentSucceeded200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

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
    """Timestamp and one or more HMAC-SHA256 signatures over the timestamp and the raw body. A missing or invalid
    signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StripePaymentIntentSucceededLegacy200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

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
    """Timestamp and one or more HMAC-SHA256 signatures over the timestamp and the raw body. A missing or invalid
    signature returns the same 401 as an invalid key; therefore the header is not marked as required.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StripeChargeRefunded200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

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

        Single URL for all Stripe events. Each delivery is processed by its `type` as on the path for that type;
        unknown types are stored as dead events.
        """
        ...

    async def stripe_charge_succeeded(
        self, params: StripeChargeSucceededParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> StripeChargeSucceededReply:
        """Receive a Stripe charge that succeeded (POST /api/webhooks/stripe/charge/succeeded).

        A charge succeeded. Recorded once in the ledger as a captured payment, however often Stripe delivers it.
        """
        ...

    async def stripe_payment_intent_succeeded(
        self, params: StripePaymentIntentSucceededParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> StripePaymentIntentSucceededReply:
        """Receive a Stripe payment intent that succeeded (POST /api/webhooks/stripe/payment_intent/succeeded).

        A payment intent succeeded. Recorded in the ledger as a captured payment unless its charge has been recorded
        already.
        """
        ...

    async def stripe_payment_intent_succeeded_legacy(
        self, params: StripePaymentIntentSucceededLegacyParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> StripePaymentIntentSucceededLegacyReply:
        """Receive a Stripe payment intent that succeeded (deprecated) (POST
        /api/webhooks/stripe/payment_intent_succeeded).

        Replaced by `/api/webhooks/stripe/payment_intent/succeeded`. Configure the new URL at Stripe; this one will
        be removed on the date given in the `Sunset` header.
        """
        ...

    async def stripe_charge_refunded(
        self, params: StripeChargeRefundedParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> StripeChargeRefundedReply:
        """Receive a Stripe refund (POST /api/webhooks/stripe/charge/refunded).

        A charge was refunded fully or partially. Stripe sends the sum of all refunds so far; the increase reduces
        the revenue.
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
    origin="contracts/openapi/v1/webhooks/stripe.yaml:221",
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
    origin="contracts/openapi/v1/webhooks/stripe.yaml:310",
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
    origin="contracts/openapi/v1/webhooks/stripe.yaml:405",
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
