"""How a table is replaced: locked, checked, atomic, versioned."""

from nova_assets.publication.model import (
    PublicationError,
    Published,
    Query,
    Replacement,
    Source,
    Stream,
)
from nova_assets.publication.publish import publish, refresh

__all__ = ["PublicationError", "Published", "Query", "Replacement", "Source", "Stream", "publish", "refresh"]
