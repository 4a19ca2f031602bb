"""What the contract of Skeldir cannot say, and whoever judges its replies must know; the harness and the watcher share it."""

from __future__ import annotations

RULE_CODES = (
    "VALIDATION_ERROR",
    "PLATFORM_CAPABILITY_UNSUPPORTED",
    "WEBHOOK_TOPIC_MISMATCH",
    "WINDOW_CLOSED",
    "STATE_CONFLICT",
)
"""With these a request that keeps the contract may be refused: a rule of the business."""

POLITE_REFUSALS = {"outcome": ["dead"], "result": ["dead"], "schema_notes": ["*"]}
"""What a 2xx says when the request broke the contract: a processor must not send it again, and what is noted is refused as a
description even where the money in it counts."""

OPAQUE = ("cursor",)
CORRELATION_HEADER = "X-Correlation-ID"
PROBLEM_MEDIA_TYPE = "application/problem+json"
BESIDE_THE_CONTRACT = (
    "/",
    "/problems/*",
    "/docs",
    "/docs/*",
    "/health",
    "/health/live",
    "/health/ready",
    "/health/worker",
    "/openapi.json",
    "/redoc",
)
