"""Spellings of units of measure that sources use, and the one that Nova keeps."""

UNIT_SPELLINGS = {
    "MT": "M",
    "MTS": "M",
    "METRO": "M",
    "M²": "M2",
    "M³": "M3",
    "UND": "UN",
    "UNID": "UN",
    "PÇ": "PC",
    "PCA": "PC",
    "PEÇA": "PC",
    "CONJ": "CJ",
    "KGS": "KG",
    "MQ": "M2",
    "PA": "PAR",
    "PR": "PAR",
    "UD": "UN",
}
