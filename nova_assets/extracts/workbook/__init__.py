"""The purchasing workbook that the ERP exports: read, repaired by rule, nothing lost."""
