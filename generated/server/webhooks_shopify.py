"""Skeldir Shopify webhooks. Receive Shopify webhooks.

Generated from contracts/openapi/v1/webhooks/shopify.yaml by `contracts generate`; change that instead.
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
from .models import webhooks_base as webhooks_base_models, webhooks_shopify as models
from .security import TENANT_KEY_AUTH, TENANT_URL_KEY_AUTH, TenantKeyAuthT_contra, TenantUrlKeyAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveShopifyWebhookParams:
    """Parameters of `receiveShopifyWebhook`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_shopify_hmac_sha256: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Hmac-SHA256")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_shopify_shop_domain: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Shop-Domain")
    ] = None
    """Domain of the shop."""
    x_shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Webhook-Id")] = (
        None
    )
    """Shopify's ID of the delivery. Distinguishes updates of the same checkout."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveShopifyWebhook200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


ReceiveShopifyWebhookReply: TypeAlias = (
    ReceiveShopifyWebhook200
    | common.DeliveryBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_receive_shopify_webhook_body: JsonBody[models.ShopifyDelivery] = JsonBody(models.ShopifyDelivery)


def decode_receive_shopify_webhook(raw: bytes) -> models.ShopifyDelivery | Invalid:
    """The body of `receiveShopifyWebhook`, or what is wrong with it."""
    return _receive_shopify_webhook_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyOrderCreateParams:
    """Parameters of `shopifyOrderCreate`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_shopify_hmac_sha256: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Hmac-SHA256")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_shopify_shop_domain: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Shop-Domain")
    ] = None
    """Domain of the shop."""
    x_shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Webhook-Id")] = (
        None
    )
    """Shopify's ID of the delivery. Distinguishes updates of the same checkout."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyOrderCreate200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


ShopifyOrderCreateReply: TypeAlias = (
    ShopifyOrderCreate200
    | common.DeliveryBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.WebhookTopicMismatch422
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_shopify_order_create_body: JsonBody[models.ShopifyOrder] = JsonBody(models.ShopifyOrder)


def decode_shopify_order_create(raw: bytes) -> models.ShopifyOrder | Invalid:
    """The body of `shopifyOrderCreate`, or what is wrong with it."""
    return _shopify_order_create_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyOrderPaidParams:
    """Parameters of `shopifyOrderPaid`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_shopify_hmac_sha256: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Hmac-SHA256")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_shopify_shop_domain: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Shop-Domain")
    ] = None
    """Domain of the shop."""
    x_shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Webhook-Id")] = (
        None
    )
    """Shopify's ID of the delivery. Distinguishes updates of the same checkout."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyOrderPaid200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


ShopifyOrderPaidReply: TypeAlias = (
    ShopifyOrderPaid200
    | common.DeliveryBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.WebhookTopicMismatch422
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_shopify_order_paid_body: JsonBody[models.ShopifyOrder] = JsonBody(models.ShopifyOrder)


def decode_shopify_order_paid(raw: bytes) -> models.ShopifyOrder | Invalid:
    """The body of `shopifyOrderPaid`, or what is wrong with it."""
    return _shopify_order_paid_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyRefundCreateParams:
    """Parameters of `shopifyRefundCreate`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_shopify_hmac_sha256: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Hmac-SHA256")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_shopify_shop_domain: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Shop-Domain")
    ] = None
    """Domain of the shop."""
    x_shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Webhook-Id")] = (
        None
    )
    """Shopify's ID of the delivery. Distinguishes updates of the same checkout."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyRefundCreate200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


ShopifyRefundCreateReply: TypeAlias = (
    ShopifyRefundCreate200
    | common.DeliveryBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.WebhookTopicMismatch422
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_shopify_refund_create_body: JsonBody[models.ShopifyRefund] = JsonBody(models.ShopifyRefund)


def decode_shopify_refund_create(raw: bytes) -> models.ShopifyRefund | Invalid:
    """The body of `shopifyRefundCreate`, or what is wrong with it."""
    return _shopify_refund_create_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyCheckoutUpdatedParams:
    """Parameters of `shopifyCheckoutUpdated`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_shopify_hmac_sha256: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Hmac-SHA256")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_shopify_shop_domain: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Shop-Domain")
    ] = None
    """Domain of the shop."""
    x_shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Webhook-Id")] = (
        None
    )
    """Shopify's ID of the delivery. Distinguishes updates of the same checkout."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyCheckoutUpdated200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


ShopifyCheckoutUpdatedReply: TypeAlias = (
    ShopifyCheckoutUpdated200
    | common.DeliveryBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.WebhookTopicMismatch422
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_shopify_checkout_updated_body: JsonBody[models.ShopifyCheckout] = JsonBody(models.ShopifyCheckout)


def decode_shopify_checkout_updated(raw: bytes) -> models.ShopifyCheckout | Invalid:
    """The body of `shopifyCheckoutUpdated`, or what is wrong with it."""
    return _shopify_checkout_updated_body.decode(raw)


class WebhooksShopifyApi(Protocol[TenantKeyAuthT_contra, TenantUrlKeyAuthT_contra]):
    """Operations of webhooks_shopify, to be implemented."""

    async def receive_shopify_webhook(
        self, params: ReceiveShopifyWebhookParams, *, call: Call[TenantKeyAuthT_contra | TenantUrlKeyAuthT_contra]
    ) -> ReceiveShopifyWebhookReply:
        """Receive any Shopify delivery (POST /api/webhooks/shopify).

        Single URL for all Shopify webhooks. Each delivery is processed by its topic as on the path for that topic;
        unknown topics are stored as dead events.
        """
        ...

    async def shopify_order_create(
        self, params: ShopifyOrderCreateParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> ShopifyOrderCreateReply:
        """Receive a new Shopify order (POST /api/webhooks/shopify/order_create).

        An order was placed. Recorded in the ledger without effect on the revenue until it is paid.
        """
        ...

    async def shopify_order_paid(
        self, params: ShopifyOrderPaidParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> ShopifyOrderPaidReply:
        """Receive a paid Shopify order (POST /api/webhooks/shopify/orders/paid).

        An order was paid. Recorded once in the ledger as a captured payment, however often Shopify delivers it.
        """
        ...

    async def shopify_refund_create(
        self, params: ShopifyRefundCreateParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> ShopifyRefundCreateReply:
        """Receive a Shopify refund (POST /api/webhooks/shopify/refunds/create).

        An order was refunded fully or partially. The refund reduces the revenue.
        """
        ...

    async def shopify_checkout_updated(
        self, params: ShopifyCheckoutUpdatedParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> ShopifyCheckoutUpdatedReply:
        """Receive an updated Shopify checkout (POST /api/webhooks/shopify/checkouts/update).

        A checkout was created or updated. Stored as an event without effect on the revenue.
        """
        ...


class WebhooksShopifyStub:
    """Answers 501 to every operation of webhooks_shopify; derive from it to write them one by one."""

    async def receive_shopify_webhook(
        self, params: ReceiveShopifyWebhookParams, *, call: Call[Any]
    ) -> ReceiveShopifyWebhookReply:
        raise NotWrittenError

    async def shopify_order_create(
        self, params: ShopifyOrderCreateParams, *, call: Call[Any]
    ) -> ShopifyOrderCreateReply:
        raise NotWrittenError

    async def shopify_order_paid(self, params: ShopifyOrderPaidParams, *, call: Call[Any]) -> ShopifyOrderPaidReply:
        raise NotWrittenError

    async def shopify_refund_create(
        self, params: ShopifyRefundCreateParams, *, call: Call[Any]
    ) -> ShopifyRefundCreateReply:
        raise NotWrittenError

    async def shopify_checkout_updated(
        self, params: ShopifyCheckoutUpdatedParams, *, call: Call[Any]
    ) -> ShopifyCheckoutUpdatedReply:
        raise NotWrittenError


RECEIVE_SHOPIFY_WEBHOOK: Final = Operation(
    id="receiveShopifyWebhook",
    method="POST",
    path="/api/webhooks/shopify",
    handler="receive_shopify_webhook",
    replies=frozenset(
        {
            ReceiveShopifyWebhook200,
            common.DeliveryBadRequest400,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/webhooks/shopify.yaml:19",
    security=(
        (Need(TENANT_KEY_AUTH),),
        (Need(TENANT_URL_KEY_AUTH),),
    ),
    params=Params(ReceiveShopifyWebhookParams),
    bodies=Bodies({"application/json": _receive_shopify_webhook_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

SHOPIFY_ORDER_CREATE: Final = Operation(
    id="shopifyOrderCreate",
    method="POST",
    path="/api/webhooks/shopify/order_create",
    handler="shopify_order_create",
    replies=frozenset(
        {
            ShopifyOrderCreate200,
            common.DeliveryBadRequest400,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookTopicMismatch422,
        }
    ),
    origin="contracts/openapi/v1/webhooks/shopify.yaml:131",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(ShopifyOrderCreateParams),
    bodies=Bodies({"application/json": _shopify_order_create_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

SHOPIFY_ORDER_PAID: Final = Operation(
    id="shopifyOrderPaid",
    method="POST",
    path="/api/webhooks/shopify/orders/paid",
    handler="shopify_order_paid",
    replies=frozenset(
        {
            ShopifyOrderPaid200,
            common.DeliveryBadRequest400,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookTopicMismatch422,
        }
    ),
    origin="contracts/openapi/v1/webhooks/shopify.yaml:230",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(ShopifyOrderPaidParams),
    bodies=Bodies({"application/json": _shopify_order_paid_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

SHOPIFY_REFUND_CREATE: Final = Operation(
    id="shopifyRefundCreate",
    method="POST",
    path="/api/webhooks/shopify/refunds/create",
    handler="shopify_refund_create",
    replies=frozenset(
        {
            ShopifyRefundCreate200,
            common.DeliveryBadRequest400,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookTopicMismatch422,
        }
    ),
    origin="contracts/openapi/v1/webhooks/shopify.yaml:329",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(ShopifyRefundCreateParams),
    bodies=Bodies({"application/json": _shopify_refund_create_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

SHOPIFY_CHECKOUT_UPDATED: Final = Operation(
    id="shopifyCheckoutUpdated",
    method="POST",
    path="/api/webhooks/shopify/checkouts/update",
    handler="shopify_checkout_updated",
    replies=frozenset(
        {
            ShopifyCheckoutUpdated200,
            common.DeliveryBadRequest400,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookTopicMismatch422,
        }
    ),
    origin="contracts/openapi/v1/webhooks/shopify.yaml:418",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(ShopifyCheckoutUpdatedParams),
    bodies=Bodies({"application/json": _shopify_checkout_updated_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    RECEIVE_SHOPIFY_WEBHOOK,
    SHOPIFY_ORDER_CREATE,
    SHOPIFY_ORDER_PAID,
    SHOPIFY_REFUND_CREATE,
    SHOPIFY_CHECKOUT_UPDATED,
)
