"""Logging of the API: one line for each event, to standard error."""

from __future__ import annotations

import logging.config


def configure(level: str) -> None:
    """Log the API's own events at `level`."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "loggers": {"nova_api": {"level": level, "handlers": ["stderr"], "propagate": True}},
        }
    )
