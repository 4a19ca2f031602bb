"""The service on a real port, as the tests of deliveries have it."""

from tests.ingestion.deliveries.conftest import street

__all__ = ["street"]
