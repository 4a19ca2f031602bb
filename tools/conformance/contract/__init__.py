"""The bundle, compiled into what judging needs."""
