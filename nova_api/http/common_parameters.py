"""Query parameters that several resources take."""

from datetime import date
from typing import Annotated

from litestar.params import QueryParameter

FamilyParameter = Annotated[str | None, QueryParameter(max_length=200, description="Exact family; absent: all")]
FromParameter = Annotated[
    date | None, QueryParameter(name="from", description="First day, included; absent: from the beginning")
]
ToParameter = Annotated[date | None, QueryParameter(name="to", description="Last day, included; absent: to the end")]
