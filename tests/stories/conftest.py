"""The service on a real port, as the tests of deliveries have it."""

from tests.ingestion.dead_events.conftest import repair
from tests.ingestion.deliveries.conftest import street

__all__ = ["repair", "street"]
