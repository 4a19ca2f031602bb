"""Skeldir WooCommerce webhooks. Receive WooCommerce webhooks.

Generated from contracts/openapi/v1/webhooks/woocommerce.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Protocol, TypeAlias, final

from . import common
from ._runtime.bodies import Bodies, Invalid, JsonBody
from ._runtime.forms import FormBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Text, Uuid
from .models import webhooks_base as webhooks_base_models, webhooks_woocommerce as models
from .security import TENANT_KEY_AUTH, TENANT_URL_KEY_AUTH, TenantKeyAuthT_contra, TenantUrlKeyAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveWoocommerceWebhookParams:
    """Parameters of `receiveWoocommerceWebhook`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_wc_webhook_signature: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Signature")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_wc_webhook_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_wc_webhook_resource: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Resource")
    ] = None
    """Resource type of the delivery."""
    x_wc_webhook_delivery_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Delivery-ID")
    ] = None
    """WooCommerce's ID of the delivery. Distinguishes updates of the same order."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveWoocommerceWebhook200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


ReceiveWoocommerceWebhookReply: TypeAlias = (
    ReceiveWoocommerceWebhook200
    | common.DeliveryBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_receive_woocommerce_webhook_body: JsonBody[models.WooCommerceDelivery] = JsonBody(models.WooCommerceDelivery)


def decode_receive_woocommerce_webhook(raw: bytes) -> models.WooCommerceDelivery | Invalid:
    """The body of `receiveWoocommerceWebhook`, or what is wrong with it."""
    return _receive_woocommerce_webhook_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderCreatedParams:
    """Parameters of `woocommerceOrderCreated`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_wc_webhook_signature: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Signature")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_wc_webhook_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_wc_webhook_resource: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Resource")
    ] = None
    """Resource type of the delivery."""
    x_wc_webhook_delivery_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Delivery-ID")
    ] = None
    """WooCommerce's ID of the delivery. Distinguishes updates of the same order."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderCreated200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


WoocommerceOrderCreatedReply: TypeAlias = (
    WoocommerceOrderCreated200
    | common.WebhookBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_woocommerce_order_created_body: JsonBody[models.WooCommerceOrder] = JsonBody(models.WooCommerceOrder)


def decode_woocommerce_order_created(raw: bytes) -> models.WooCommerceOrder | Invalid:
    """The body of `woocommerceOrderCreated`, or what is wrong with it."""
    return _woocommerce_order_created_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderUpdatedParams:
    """Parameters of `woocommerceOrderUpdated`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_wc_webhook_signature: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Signature")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_wc_webhook_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_wc_webhook_resource: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Resource")
    ] = None
    """Resource type of the delivery."""
    x_wc_webhook_delivery_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Delivery-ID")
    ] = None
    """WooCommerce's ID of the delivery. Distinguishes updates of the same order."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderUpdated200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


WoocommerceOrderUpdatedReply: TypeAlias = (
    WoocommerceOrderUpdated200
    | common.WebhookBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_woocommerce_order_updated_body: JsonBody[models.WooCommerceOrder] = JsonBody(models.WooCommerceOrder)


def decode_woocommerce_order_updated(raw: bytes) -> models.WooCommerceOrder | Invalid:
    """The body of `woocommerceOrderUpdated`, or what is wrong with it."""
    return _woocommerce_order_updated_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderCompletedParams:
    """Parameters of `woocommerceOrderCompleted`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_wc_webhook_signature: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Signature")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_wc_webhook_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_wc_webhook_resource: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Resource")
    ] = None
    """Resource type of the delivery."""
    x_wc_webhook_delivery_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Delivery-ID")
    ] = None
    """WooCommerce's ID of the delivery. Distinguishes updates of the same order."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderCompleted200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


WoocommerceOrderCompletedReply: TypeAlias = (
    WoocommerceOrderCompleted200
    | common.WebhookBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_woocommerce_order_completed_body: JsonBody[models.WooCommerceOrder] = JsonBody(models.WooCommerceOrder)


def decode_woocommerce_order_completed(raw: bytes) -> models.WooCommerceOrder | Invalid:
    """The body of `woocommerceOrderCompleted`, or what is wrong with it."""
    return _woocommerce_order_completed_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderRefundedParams:
    """Parameters of `woocommerceOrderRefunded`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_wc_webhook_signature: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Signature")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_wc_webhook_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_wc_webhook_resource: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Resource")
    ] = None
    """Resource type of the delivery."""
    x_wc_webhook_delivery_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Delivery-ID")
    ] = None
    """WooCommerce's ID of the delivery. Distinguishes updates of the same order."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderRefunded200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


WoocommerceOrderRefundedReply: TypeAlias = (
    WoocommerceOrderRefunded200
    | common.WebhookBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_woocommerce_order_refunded_body: JsonBody[models.WooCommerceOrder] = JsonBody(models.WooCommerceOrder)


def decode_woocommerce_order_refunded(raw: bytes) -> models.WooCommerceOrder | Invalid:
    """The body of `woocommerceOrderRefunded`, or what is wrong with it."""
    return _woocommerce_order_refunded_body.decode(raw)


class WebhooksWoocommerceApi(Protocol[TenantKeyAuthT_contra, TenantUrlKeyAuthT_contra]):
    """Operations of webhooks_woocommerce, to be implemented."""

    async def receive_woocommerce_webhook(
        self, params: ReceiveWoocommerceWebhookParams, *, call: Call[TenantKeyAuthT_contra | TenantUrlKeyAuthT_contra]
    ) -> ReceiveWoocommerceWebhookReply:
        """Receive any WooCommerce delivery (POST /api/webhooks/woocommerce).

        Single URL for all WooCommerce webhooks. Each delivery is processed by its topic and the status of its
        order; unknown topics are stored as dead events. The ping that WooCommerce sends when a webhook is activated
        is ignored.
        """
        ...

    async def woocommerce_order_created(
        self, params: WoocommerceOrderCreatedParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> WoocommerceOrderCreatedReply:
        """Receive a new WooCommerce order (POST /api/webhooks/woocommerce/order/created).

        An order was placed. Recorded in the ledger without effect on the revenue until it is completed.
        """
        ...

    async def woocommerce_order_updated(
        self, params: WoocommerceOrderUpdatedParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> WoocommerceOrderUpdatedReply:
        """Receive an updated WooCommerce order (POST /api/webhooks/woocommerce/order/updated).

        An order was updated. The effect on the revenue depends on its status.
        """
        ...

    async def woocommerce_order_completed(
        self, params: WoocommerceOrderCompletedParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> WoocommerceOrderCompletedReply:
        """Receive a completed WooCommerce order (POST /api/webhooks/woocommerce/order_completed).

        An order was paid and completed. Recorded once in the ledger as a captured payment, however often
        WooCommerce delivers it.
        """
        ...

    async def woocommerce_order_refunded(
        self, params: WoocommerceOrderRefundedParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> WoocommerceOrderRefundedReply:
        """Receive a WooCommerce refund (POST /api/webhooks/woocommerce/order/refunded).

        An order was refunded fully or partially. Each refund reduces the revenue once.
        """
        ...


class WebhooksWoocommerceStub:
    """Answers 501 to every operation of webhooks_woocommerce; derive from it to write them one by one."""

    async def receive_woocommerce_webhook(
        self, params: ReceiveWoocommerceWebhookParams, *, call: Call[Any]
    ) -> ReceiveWoocommerceWebhookReply:
        raise NotWrittenError

    async def woocommerce_order_created(
        self, params: WoocommerceOrderCreatedParams, *, call: Call[Any]
    ) -> WoocommerceOrderCreatedReply:
        raise NotWrittenError

    async def woocommerce_order_updated(
        self, params: WoocommerceOrderUpdatedParams, *, call: Call[Any]
    ) -> WoocommerceOrderUpdatedReply:
        raise NotWrittenError

    async def woocommerce_order_completed(
        self, params: WoocommerceOrderCompletedParams, *, call: Call[Any]
    ) -> WoocommerceOrderCompletedReply:
        raise NotWrittenError

    async def woocommerce_order_refunded(
        self, params: WoocommerceOrderRefundedParams, *, call: Call[Any]
    ) -> WoocommerceOrderRefundedReply:
        raise NotWrittenError


RECEIVE_WOOCOMMERCE_WEBHOOK: Final = Operation(
    id="receiveWoocommerceWebhook",
    method="POST",
    path="/api/webhooks/woocommerce",
    handler="receive_woocommerce_webhook",
    replies=frozenset(
        {
            ReceiveWoocommerceWebhook200,
            common.DeliveryBadRequest400,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/webhooks/woocommerce.yaml:19",
    security=(
        (Need(TENANT_KEY_AUTH),),
        (Need(TENANT_URL_KEY_AUTH),),
    ),
    params=Params(ReceiveWoocommerceWebhookParams),
    bodies=Bodies(
        {
            "application/json": _receive_woocommerce_webhook_body,
            "application/x-www-form-urlencoded": FormBody(models.WooCommercePing, {"webhook_id": "string"}),
        },
        is_required=True,
    ),
    is_raw=True,
    rate_limit=("webhook",),
)

WOOCOMMERCE_ORDER_CREATED: Final = Operation(
    id="woocommerceOrderCreated",
    method="POST",
    path="/api/webhooks/woocommerce/order/created",
    handler="woocommerce_order_created",
    replies=frozenset(
        {
            WoocommerceOrderCreated200,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/woocommerce.yaml:139",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(WoocommerceOrderCreatedParams),
    bodies=Bodies({"application/json": _woocommerce_order_created_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

WOOCOMMERCE_ORDER_UPDATED: Final = Operation(
    id="woocommerceOrderUpdated",
    method="POST",
    path="/api/webhooks/woocommerce/order/updated",
    handler="woocommerce_order_updated",
    replies=frozenset(
        {
            WoocommerceOrderUpdated200,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/woocommerce.yaml:238",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(WoocommerceOrderUpdatedParams),
    bodies=Bodies({"application/json": _woocommerce_order_updated_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

WOOCOMMERCE_ORDER_COMPLETED: Final = Operation(
    id="woocommerceOrderCompleted",
    method="POST",
    path="/api/webhooks/woocommerce/order_completed",
    handler="woocommerce_order_completed",
    replies=frozenset(
        {
            WoocommerceOrderCompleted200,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/woocommerce.yaml:341",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(WoocommerceOrderCompletedParams),
    bodies=Bodies({"application/json": _woocommerce_order_completed_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

WOOCOMMERCE_ORDER_REFUNDED: Final = Operation(
    id="woocommerceOrderRefunded",
    method="POST",
    path="/api/webhooks/woocommerce/order/refunded",
    handler="woocommerce_order_refunded",
    replies=frozenset(
        {
            WoocommerceOrderRefunded200,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/woocommerce.yaml:446",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(WoocommerceOrderRefundedParams),
    bodies=Bodies({"application/json": _woocommerce_order_refunded_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    RECEIVE_WOOCOMMERCE_WEBHOOK,
    WOOCOMMERCE_ORDER_CREATED,
    WOOCOMMERCE_ORDER_UPDATED,
    WOOCOMMERCE_ORDER_COMPLETED,
    WOOCOMMERCE_ORDER_REFUNDED,
)
