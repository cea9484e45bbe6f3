"""Tables of `staging`: rows as the source has them, then the same rows repaired and typed. And what was rejected."""

from nova_assets.registry.model import Column, Rule, Table

OWNER = "team:data-engineering"
SOURCE = "workbook"
WORKBOOK = "erp.purchasing_workbook"

WORKBOOK_LINES = Table(
    schema="staging",
    name="workbook_lines",
    group="extracts",
    meaning="Every line of the workbook's purchase sheet, each cell as text, under the ERP's own column names.",
    owner=OWNER,
    key=("row_number",),
    reads=(WORKBOOK,),
    of_source=SOURCE,
    columns=(
        Column("row_number", "integer", "Row of the sheet, as the spreadsheet program numbers it", minimum=2),
        Column("deposito", "text", "DEPÓSITO: site, team or office", nullable=True),
        Column("produto_servico", "text", "PRODUTO/SERVIÇO: item code", nullable=True),
        Column("material", "text", "MATERIAL: item name", nullable=True),
        Column("familia", "text", "FAMÍLIA: item family", nullable=True),
        Column("nome_fornec", "text", "NOME FORNEC.: supplier", nullable=True),
        Column("quantidade", "text", "QUANTIDADE", nullable=True),
        Column("u_m", "text", "U.M.: unit of measure", nullable=True),
        Column("data_requisitada", "text", "DATA REQUISITADA: asked for by the field", nullable=True),
        Column("solicitacao", "text", "SOLICITAÇÃO: requisition number", nullable=True),
        Column("data_solicitado", "text", "DATA SOLICITADO: requested on", nullable=True),
        Column("data_de_compra", "text", "DATA DE COMPRA: ordered on", nullable=True),
    ),
)

WORKBOOK_SITES = Table(
    schema="staging",
    name="workbook_sites",
    group="extracts",
    meaning="Every line of the workbook's hidden sheet of sites and clients. The two lists stand side by side there: "
    "a site's row says nothing of its client.",
    owner=OWNER,
    key=("row_number",),
    reads=(WORKBOOK,),
    of_source=SOURCE,
    columns=(
        Column("row_number", "integer", "Row of the sheet, as the spreadsheet program numbers it", minimum=2),
        Column("site", "text", "SITE: site code", nullable=True),
        Column("id_site", "text", "ID SITE: running number", nullable=True),
        Column("cliente", "text", "CLIENTE: contract of a tower owner", nullable=True),
        Column("id_cliente", "text", "ID CLIENTE", nullable=True),
        Column("status_de_alteracao", "text", "STATUS DE ALTERAÇÃO: legend of the sheet", nullable=True),
    ),
)

_LINES = "staging.workbook_lines"

PURCHASE_LINES = Table(
    schema="staging",
    name="purchase_lines",
    group="extracts",
    meaning="Purchase lines after the repair rules of docs/erp-workbook.md: typed, named in English, each with the "
    "rules that touched it. A line merged into an equal one stays here, marked, and is left out of core.",
    owner=OWNER,
    key=("row_number",),
    reads=("support.rejected_rows",),
    of_source=SOURCE,
    rules=(
        Rule("purchase_lines_account_for_every_row", "Rows read = rows kept + rows merged + rows rejected"),
        Rule("purchase_lines_merge_into_kept_lines", "A merged line points to a line that was kept"),
    ),
    columns=(
        Column("row_number", "integer", "Row of the sheet", (f"{_LINES}.row_number",), minimum=2),
        Column("status", "text", "Kept, or merged into an equal line", allowed=("kept", "merged")),
        Column("merged_into", "integer", "Row of the kept line that this one repeats", nullable=True),
        Column("repairs", "text[]", "Codes of the repair rules that changed the line, in order"),
        Column("requisition_id", "text", "Requisition number", (f"{_LINES}.solicitacao",)),
        Column("item_id", "text", "Item code, in the spelling with its leading zeros", (f"{_LINES}.produto_servico",)),
        Column("item_name", "text", "Item name", (f"{_LINES}.material",)),
        Column("family", "text", "Item family", (f"{_LINES}.familia",)),
        Column("unit", "text", "Unit of measure, one spelling each", (f"{_LINES}.u_m",)),
        Column("is_service", "boolean", "A service, not a material", (f"{_LINES}.u_m", f"{_LINES}.familia")),
        Column("site_id", "text", "Site, whole code", (f"{_LINES}.deposito", "staging.workbook_sites.site")),
        Column("supplier_id", "text", "Supplier", (f"{_LINES}.nome_fornec",)),
        Column("quantity", "numeric(18,4)", "Quantity requested", (f"{_LINES}.quantidade",), "item's unit", minimum=0),
        Column("needed_on", "date", "Asked for by the field on", (f"{_LINES}.data_requisitada",), nullable=True),
        Column("requested_on", "date", "Requested from purchasing on", (f"{_LINES}.data_solicitado",)),
        Column("ordered_on", "date", "Ordered from the supplier on", (f"{_LINES}.data_de_compra",), nullable=True),
    ),
)

REJECTED_ROWS = Table(
    schema="support",
    name="rejected_rows",
    group="extracts",
    meaning="Rows of a source that cannot be used, as they were read, with the reason. Nothing is dropped silently.",
    owner=OWNER,
    key=("source", "sheet", "row_number"),
    reads=(_LINES,),
    of_source=SOURCE,
    # Rows that somebody puts right in the source leave at once.
    drift=None,
    columns=(
        Column("source", "text", "What was read", allowed=("purchasing_workbook",)),
        Column("sheet", "text", "Sheet of the workbook"),
        Column("row_number", "integer", "Row of the sheet", (f"{_LINES}.row_number",), minimum=1),
        Column("reason", "text", "Code of the rule that rejected the row"),
        Column("detail", "text", "What was wrong, with the value found"),
        Column("raw", "jsonb", "The row as read: column name to cell text"),
    ),
)

TABLES = (WORKBOOK_LINES, WORKBOOK_SITES, REJECTED_ROWS, PURCHASE_LINES)
