"""Every API of the contracts in one FastAPI application.

Generated from contracts/openapi/v1 by `contracts generate`; change that instead.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from . import handlers
from ._runtime.deprecation import CallCounts, CallerCounter
from ._runtime.errors import ErrorMap, ErrorShape, ProblemDetails
from ._runtime.exchange import Plugins, Wrapper
from ._runtime.limits import Limiter
from ._runtime.observers import LoggingObserver, Observer
from ._runtime.operations import Operation
from ._runtime.server import Binding, install
from .attribution import OPERATIONS as ATTRIBUTION_OPERATIONS, AttributionApi
from .auth import OPERATIONS as AUTH_OPERATIONS, AuthApi
from .errors import OPERATIONS as ERRORS_OPERATIONS, ErrorsApi
from .events import OPERATIONS as EVENTS_OPERATIONS, EventsApi
from .export import OPERATIONS as EXPORT_OPERATIONS, ExportApi
from .health import OPERATIONS as HEALTH_OPERATIONS, HealthApi
from .llm_budget import OPERATIONS as LLM_BUDGET_OPERATIONS, LlmBudgetApi
from .llm_explanations import OPERATIONS as LLM_EXPLANATIONS_OPERATIONS, LlmExplanationsApi
from .llm_investigations import OPERATIONS as LLM_INVESTIGATIONS_OPERATIONS, LlmInvestigationsApi
from .platforms import OPERATIONS as PLATFORMS_OPERATIONS, PlatformsApi
from .reconciliation import OPERATIONS as RECONCILIATION_OPERATIONS, ReconciliationApi
from .revenue import OPERATIONS as REVENUE_OPERATIONS, RevenueApi
from .security import AccessBearerAuthT, Authenticator, RefreshBearerAuthT, TenantKeyAuthT, TenantUrlKeyAuthT
from .webhooks_paypal import OPERATIONS as WEBHOOKS_PAYPAL_OPERATIONS
from .webhooks_shopify import OPERATIONS as WEBHOOKS_SHOPIFY_OPERATIONS
from .webhooks_stripe import OPERATIONS as WEBHOOKS_STRIPE_OPERATIONS
from .webhooks_woocommerce import OPERATIONS as WEBHOOKS_WOOCOMMERCE_OPERATIONS

DOCUMENT = Path(__file__).with_name("openapi.json")
"""The joined contract, as it is served."""

OPERATIONS: Final[tuple[Operation, ...]] = (
    *ATTRIBUTION_OPERATIONS,
    *AUTH_OPERATIONS,
    *ERRORS_OPERATIONS,
    *EVENTS_OPERATIONS,
    *EXPORT_OPERATIONS,
    *HEALTH_OPERATIONS,
    *LLM_BUDGET_OPERATIONS,
    *LLM_EXPLANATIONS_OPERATIONS,
    *LLM_INVESTIGATIONS_OPERATIONS,
    *PLATFORMS_OPERATIONS,
    *RECONCILIATION_OPERATIONS,
    *REVENUE_OPERATIONS,
    *WEBHOOKS_PAYPAL_OPERATIONS,
    *WEBHOOKS_SHOPIFY_OPERATIONS,
    *WEBHOOKS_STRIPE_OPERATIONS,
    *WEBHOOKS_WOOCOMMERCE_OPERATIONS,
)
"""Every operation, in the order of the contracts."""


def mount(
    app: FastAPI,
    *,
    attribution: AttributionApi[AccessBearerAuthT],
    auth: AuthApi[AccessBearerAuthT, RefreshBearerAuthT],
    errors: ErrorsApi[AccessBearerAuthT],
    events: EventsApi[AccessBearerAuthT, TenantKeyAuthT],
    export: ExportApi[AccessBearerAuthT],
    health: HealthApi[AccessBearerAuthT],
    llm_budget: LlmBudgetApi[AccessBearerAuthT],
    llm_explanations: LlmExplanationsApi[AccessBearerAuthT],
    llm_investigations: LlmInvestigationsApi[AccessBearerAuthT],
    platforms: PlatformsApi[AccessBearerAuthT],
    reconciliation: ReconciliationApi[AccessBearerAuthT],
    revenue: RevenueApi[AccessBearerAuthT],
    receive_delivery: handlers.ReceiveDelivery[TenantKeyAuthT, TenantUrlKeyAuthT],
    authenticator: Authenticator[AccessBearerAuthT, RefreshBearerAuthT, TenantKeyAuthT, TenantUrlKeyAuthT],
    limiter: Limiter | None = None,
    error_shape: ErrorShape | None = None,
    observer: Observer | None = None,
    callers: CallerCounter | None = None,
    error_map: ErrorMap | None = None,
    wrapper: Wrapper | None = None,
    closed_query: Callable[[Operation], bool] | None = None,
    prefix: str | None = None,
) -> None:
    """Serve every operation of the contracts in `app`, and the contract itself at /openapi.json and /docs.

    Paths that `app` knows beside them stay; unknown ones answer 404 in the shape of `error_shape`. `callers` is
    told who still calls what is deprecated. `error_map` has the problems for exceptions that are no `ProblemError`,
    whichever operation raises them. `wrapper` makes the handler that is called for each operation. `closed_query`
    says which operations refuse query parameters that they do not declare. `prefix` stands in front of every path,
    in place of the path of the contract's server.
    """
    plugins = Plugins(
        error_shape=error_shape or ProblemDetails(),
        observer=observer or LoggingObserver(),
        callers=callers or CallCounts(),
        limiter=limiter,
        error_map=error_map or {},
        wrapper=wrapper,
        closed_query=closed_query,
    )
    bindings = [
        Binding(ATTRIBUTION_OPERATIONS, attribution),
        Binding(AUTH_OPERATIONS, auth),
        Binding(ERRORS_OPERATIONS, errors),
        Binding(EVENTS_OPERATIONS, events),
        Binding(EXPORT_OPERATIONS, export),
        Binding(HEALTH_OPERATIONS, health),
        Binding(LLM_BUDGET_OPERATIONS, llm_budget),
        Binding(LLM_EXPLANATIONS_OPERATIONS, llm_explanations),
        Binding(LLM_INVESTIGATIONS_OPERATIONS, llm_investigations),
        Binding(PLATFORMS_OPERATIONS, platforms),
        Binding(RECONCILIATION_OPERATIONS, reconciliation),
        Binding(REVENUE_OPERATIONS, revenue),
        Binding(handlers.RECEIVE_DELIVERY, receive_delivery),
    ]
    install(app, bindings, authenticator=authenticator, plugins=plugins, document=DOCUMENT.read_bytes(), prefix=prefix)
