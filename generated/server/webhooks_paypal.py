"""Skeldir PayPal webhooks. Receive PayPal webhooks.

Generated from contracts/openapi/v1/webhooks/paypal.yaml by `contracts generate`; change that instead.
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
from .models import webhooks_base as webhooks_base_models, webhooks_paypal as models
from .security import TENANT_KEY_AUTH, TENANT_URL_KEY_AUTH, TenantKeyAuthT_contra, TenantUrlKeyAuthT_contra


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


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePaypalWebhook200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


ReceivePaypalWebhookReply: TypeAlias = (
    ReceivePaypalWebhook200
    | common.DeliveryBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_receive_paypal_webhook_body: JsonBody[models.PayPalDispatchedEvent] = JsonBody(models.PayPalDispatchedEvent)


def decode_receive_paypal_webhook(raw: bytes) -> models.PayPalDispatchedEvent | Invalid:
    """The body of `receivePaypalWebhook`, or what is wrong with it."""
    return _receive_paypal_webhook_body.decode(raw)


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


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PaypalSaleCompleted200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


PaypalSaleCompletedReply: TypeAlias = (
    PaypalSaleCompleted200
    | common.WebhookBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_paypal_sale_completed_body: JsonBody[models.PayPalEvent] = JsonBody(models.PayPalEvent)


def decode_paypal_sale_completed(raw: bytes) -> models.PayPalEvent | Invalid:
    """The body of `paypalSaleCompleted`, or what is wrong with it."""
    return _paypal_sale_completed_body.decode(raw)


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


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PaypalPaymentCaptureCompleted200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


PaypalPaymentCaptureCompletedReply: TypeAlias = (
    PaypalPaymentCaptureCompleted200
    | common.WebhookBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_paypal_payment_capture_completed_body: JsonBody[models.PayPalEvent] = JsonBody(models.PayPalEvent)


def decode_paypal_payment_capture_completed(raw: bytes) -> models.PayPalEvent | Invalid:
    """The body of `paypalPaymentCaptureCompleted`, or what is wrong with it."""
    return _paypal_payment_capture_completed_body.decode(raw)


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


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PaypalSaleRefunded200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt


PaypalSaleRefundedReply: TypeAlias = (
    PaypalSaleRefunded200
    | common.WebhookBadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_paypal_sale_refunded_body: JsonBody[models.PayPalEvent] = JsonBody(models.PayPalEvent)


def decode_paypal_sale_refunded(raw: bytes) -> models.PayPalEvent | Invalid:
    """The body of `paypalSaleRefunded`, or what is wrong with it."""
    return _paypal_sale_refunded_body.decode(raw)


class WebhooksPaypalApi(Protocol[TenantKeyAuthT_contra, TenantUrlKeyAuthT_contra]):
    """Operations of webhooks_paypal, to be implemented."""

    async def receive_paypal_webhook(
        self, params: ReceivePaypalWebhookParams, *, call: Call[TenantKeyAuthT_contra | TenantUrlKeyAuthT_contra]
    ) -> ReceivePaypalWebhookReply:
        """Receive any PayPal event (POST /api/webhooks/paypal).

        Single URL for all PayPal events. Each delivery is processed by its event type as on the path for that type;
        unknown types are stored as dead events.
        """
        ...

    async def paypal_sale_completed(
        self, params: PaypalSaleCompletedParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> PaypalSaleCompletedReply:
        """Receive a completed PayPal sale (POST /api/webhooks/paypal/sale_completed).

        A sale was paid. Recorded once in the ledger as a captured payment, however often PayPal delivers it.
        """
        ...

    async def paypal_payment_capture_completed(
        self, params: PaypalPaymentCaptureCompletedParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> PaypalPaymentCaptureCompletedReply:
        """Receive a completed PayPal capture (POST /api/webhooks/paypal/payment/capture/completed).

        A payment was captured. Recorded once in the ledger as a captured payment, however often PayPal delivers it.
        """
        ...

    async def paypal_sale_refunded(
        self, params: PaypalSaleRefundedParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> PaypalSaleRefundedReply:
        """Receive a PayPal refund (POST /api/webhooks/paypal/payment/sale/refunded).

        A sale was refunded fully or partially. The refund reduces the revenue.
        """
        ...


class WebhooksPaypalStub:
    """Answers 501 to every operation of webhooks_paypal; derive from it to write them one by one."""

    async def receive_paypal_webhook(
        self, params: ReceivePaypalWebhookParams, *, call: Call[Any]
    ) -> ReceivePaypalWebhookReply:
        raise NotWrittenError

    async def paypal_sale_completed(
        self, params: PaypalSaleCompletedParams, *, call: Call[Any]
    ) -> PaypalSaleCompletedReply:
        raise NotWrittenError

    async def paypal_payment_capture_completed(
        self, params: PaypalPaymentCaptureCompletedParams, *, call: Call[Any]
    ) -> PaypalPaymentCaptureCompletedReply:
        raise NotWrittenError

    async def paypal_sale_refunded(
        self, params: PaypalSaleRefundedParams, *, call: Call[Any]
    ) -> PaypalSaleRefundedReply:
        raise NotWrittenError


RECEIVE_PAYPAL_WEBHOOK: Final = Operation(
    id="receivePaypalWebhook",
    method="POST",
    path="/api/webhooks/paypal",
    handler="receive_paypal_webhook",
    replies=frozenset(
        {
            ReceivePaypalWebhook200,
            common.DeliveryBadRequest400,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/webhooks/paypal.yaml:19",
    security=(
        (Need(TENANT_KEY_AUTH),),
        (Need(TENANT_URL_KEY_AUTH),),
    ),
    params=Params(ReceivePaypalWebhookParams),
    bodies=Bodies({"application/json": _receive_paypal_webhook_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

PAYPAL_SALE_COMPLETED: Final = Operation(
    id="paypalSaleCompleted",
    method="POST",
    path="/api/webhooks/paypal/sale_completed",
    handler="paypal_sale_completed",
    replies=frozenset(
        {
            PaypalSaleCompleted200,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/paypal.yaml:130",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(PaypalSaleCompletedParams),
    bodies=Bodies({"application/json": _paypal_sale_completed_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

PAYPAL_PAYMENT_CAPTURE_COMPLETED: Final = Operation(
    id="paypalPaymentCaptureCompleted",
    method="POST",
    path="/api/webhooks/paypal/payment/capture/completed",
    handler="paypal_payment_capture_completed",
    replies=frozenset(
        {
            PaypalPaymentCaptureCompleted200,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/paypal.yaml:224",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(PaypalPaymentCaptureCompletedParams),
    bodies=Bodies({"application/json": _paypal_payment_capture_completed_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

PAYPAL_SALE_REFUNDED: Final = Operation(
    id="paypalSaleRefunded",
    method="POST",
    path="/api/webhooks/paypal/payment/sale/refunded",
    handler="paypal_sale_refunded",
    replies=frozenset(
        {
            PaypalSaleRefunded200,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/paypal.yaml:316",
    security=((Need(TENANT_KEY_AUTH),),),
    params=Params(PaypalSaleRefundedParams),
    bodies=Bodies({"application/json": _paypal_sale_refunded_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    RECEIVE_PAYPAL_WEBHOOK,
    PAYPAL_SALE_COMPLETED,
    PAYPAL_PAYMENT_CAPTURE_COMPLETED,
    PAYPAL_SALE_REFUNDED,
)
