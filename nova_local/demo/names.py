"""Invented names of a tower-maintenance company: materials, services, clients, accounts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """A kind of material. Its items are named `noun size finish`; `typical` is the usual quantity of a line."""

    family: str
    noun: str
    sizes: tuple[str, ...]
    finishes: tuple[str, ...]
    unit: str
    typical: float


FINISHES = ("GALV. A FOGO", "ZINCADO", "INOX 304", "NATURAL", "REFORÇADO", "LINHA LEVE", "LINHA PESADA", "PADRÃO TORRE")
GAUGES = ("1,5MM²", "2,5MM²", "4MM²", "6MM²", "10MM²", "16MM²", "25MM²", "35MM²", "50MM²", "70MM²", "95MM²")
INCHES = ('1/4"', '3/8"', '1/2"', '5/8"', '3/4"', '1"', '1.1/4"', '1.1/2"', '2"', '3"')
BOLTS = tuple(f"M{diameter}X{length}" for diameter in (8, 10, 12, 16, 20, 24) for length in (30, 40, 50, 60, 80, 100))
HEIGHTS = tuple(f"{metres}M" for metres in (1, 2, 3, 4, 6, 9, 12, 15))
CLOTHES = tuple(f"Nº {size}" for size in (36, 38, 40, 42, 44, 46))
COLOURS = ("BRANCO", "LARANJA", "CINZA", "AZUL", "AMARELO", "PRETO", "VERDE", "VERMELHO")
POWERS = ("10A", "16A", "20A", "25A", "32A", "40A", "50A", "63A", "80A", "100A")
PACKS = ("500G", "1KG", "3,6L", "5L", "18L", "20L")

PRODUCTS = (
    Product("FERRAGENS DE TORRE", "PARAFUSO ESTRUTURAL", BOLTS, FINISHES[:3], "UN", 60),
    Product("FERRAGENS DE TORRE", "PORCA TRAVANTE", INCHES, FINISHES[:5], "UN", 80),
    Product("FERRAGENS DE TORRE", "ABRAÇADEIRA DE MONTANTE", INCHES, FINISHES, "UN", 24),
    Product("FERRAGENS DE TORRE", "CHUMBADOR QUÍMICO", BOLTS, FINISHES[:3], "UN", 16),
    Product("FERRAGENS DE TORRE", "CORDOALHA DE ESTAI", INCHES, FINISHES[:3], "M", 120),
    Product("FERRAGENS DE TORRE", "ESTICADOR DE ESTAI", INCHES, FINISHES[:4], "PC", 6),
    Product("FERRAGENS DE TORRE", "CANTONEIRA", INCHES, FINISHES, "KG", 85.5),
    Product("FERRAGENS DE TORRE", "CHAPA DE BASE", INCHES, FINISHES, "KG", 42.3),
    Product("ELÉTRICA DE SITE", "CABO DE COBRE NU", GAUGES, ("MEIO DURO", "MOLE", "TÊMPERA DURA"), "M", 100),
    Product("ELÉTRICA DE SITE", "CABO DE FORÇA HEPR", GAUGES, COLOURS, "M", 150),
    Product("ELÉTRICA DE SITE", "DISJUNTOR DE TRILHO", POWERS, ("CURVA B", "CURVA C", "CURVA D"), "UN", 4),
    Product("ELÉTRICA DE SITE", "TERMINAL DE COMPRESSÃO", GAUGES, FINISHES[:5], "UN", 40),
    Product("ELÉTRICA DE SITE", "DPS CLASSE II", POWERS, ("275V", "385V"), "UN", 3),
    Product("ELÉTRICA DE SITE", "LUMINÁRIA DE BALIZAMENTO", COLOURS, ("LED", "LED DUPLA", "SOLAR"), "UN", 2),
    Product("ELÉTRICA DE SITE", "ELETRODUTO FLEXÍVEL", INCHES, FINISHES[3:7], "M", 30),
    Product("ELÉTRICA DE SITE", "BATERIA ESTACIONÁRIA", POWERS, ("12V", "48V LÍTIO"), "UN", 4),
    Product("ATERRAMENTO", "HASTE DE ATERRAMENTO", HEIGHTS, FINISHES[:5], "UN", 8),
    Product("ATERRAMENTO", "SOLDA EXOTÉRMICA CARTUCHO", ("Nº 32", "Nº 65", "Nº 90", "Nº 115"), ("KIT",), "CX", 2),
    Product("ATERRAMENTO", "CAIXA DE INSPEÇÃO", INCHES[6:], ("PVC", "CONCRETO"), "UN", 4),
    Product("OBRA CIVIL", "CIMENTO ESTRUTURAL SACO", ("25KG", "40KG", "50KG"), ("CP II", "CP III", "CP V"), "UN", 30),
    Product("OBRA CIVIL", "CONCRETO USINADO", ("FCK 20", "FCK 25", "FCK 30", "FCK 35"), ("BOMBEADO", "CONV."), "M3", 7),
    Product("OBRA CIVIL", "BRITA GRADUADA", ("Nº 0", "Nº 1", "Nº 2"), ("LAVADA", "COMUM"), "M3", 6),
    Product("OBRA CIVIL", "TELA DE CERCAMENTO", HEIGHTS, FINISHES, "M2", 60),
    Product("OBRA CIVIL", "MANTA GEOTÊXTIL", ("150G", "200G", "300G", "400G"), FINISHES[3:], "M2", 90),
    Product("OBRA CIVIL", "MOURÃO DE CONCRETO", HEIGHTS, ("CURVO", "RETO"), "UN", 20),
    Product("PROTEÇÃO INDIVIDUAL", "LUVA ISOLANTE", CLOTHES, ("CLASSE 0", "CLASSE 1", "CLASSE 2"), "PAR", 6),
    Product("PROTEÇÃO INDIVIDUAL", "BOTA DE ESCALADA", CLOTHES, COLOURS[4:], "PAR", 2),
    Product("PROTEÇÃO INDIVIDUAL", "CAPACETE COM JUGULAR", COLOURS, ("CLASSE A", "CLASSE B"), "UN", 5),
    Product("PROTEÇÃO INDIVIDUAL", "CINTO PARAQUEDISTA", CLOTHES, ("5 PONTOS", "7 PONTOS"), "UN", 2),
    Product("PROTEÇÃO INDIVIDUAL", "ÓCULOS ANTIEMBAÇANTE", COLOURS, FINISHES[4:7], "UN", 10),
    Product("TINTAS E REVESTIMENTOS", "ESMALTE PARA TORRE", PACKS, COLOURS, "GL", 4),
    Product("TINTAS E REVESTIMENTOS", "FUNDO EPÓXI", PACKS, COLOURS, "GL", 3),
    Product("TINTAS E REVESTIMENTOS", "DILUENTE", PACKS, FINISHES[3:7], "LT", 5),
    Product("FERRAMENTAL", "CHAVE COMBINADA", INCHES, FINISHES[2:7], "UN", 2),
    Product("FERRAMENTAL", "TALHA DE ALAVANCA", HEIGHTS, ("750KG", "1500KG", "3000KG"), "UN", 1),
    Product("FERRAMENTAL", "DISCO DE CORTE FINO", INCHES[6:], FINISHES[3:7], "UN", 25),
    Product("FERRAMENTAL", "CORDA SEMIESTÁTICA", ("10MM", "11MM", "12MM"), COLOURS, "M", 100),
    Product("CONSUMO E ESCRITÓRIO", "ETIQUETA DE IDENTIFICAÇÃO", CLOTHES, COLOURS, "UN", 100),
    Product("CONSUMO E ESCRITÓRIO", "DESENGRAXANTE", PACKS, COLOURS, "UN", 4),
    Product("CONSUMO E ESCRITÓRIO", "SACO REFORÇADO", ("60L", "100L", "200L"), COLOURS, "CJ", 10),
)

SERVICES = tuple(
    f"{work} {where}"
    for work in (
        "SERVIÇO DE ROÇADA",
        "SERVIÇO DE ALINHAMENTO DE ESTAI",
        "SERVIÇO DE PINTURA DE ESTRUTURA",
        "SERVIÇO DE MEDIÇÃO DE ATERRAMENTO",
        "LOCAÇÃO DE GUINDASTE",
        "LOCAÇÃO DE GERADOR",
        "TRANSPORTE DE ESTRUTURA",
        "SERVIÇO DE SONDAGEM",
    )
    for where in (
        "EM SITE URBANO",
        "EM SITE RURAL",
        "EM ROOFTOP",
        "NO LITORAL",
        "EM EMERGÊNCIA",
        "POR DIÁRIA",
        "POR MÊS",
    )
)
SERVICE_FAMILIES = ("SERVIÇOS DE CAMPO", "SERVIÇOS CONTRATADOS POR DIA")

CLIENTS = tuple(
    f"{owner} {work}"
    for owner in ("TORRE NORTE", "SERRA AZUL", "MARÉ ALTA", "CAMPO VERDE", "HORIZONTE")
    for work in ("PREVENTIVA", "CORRETIVA", "OBRAS CIVIS")
)
CHANGES = ("DEPÓSITO TROCADO", "CLIENTE TROCADO", "DEPÓSITO E CLIENTE TROCADOS", "CENTRO NOVO")
PLACES = ("DEPÓSITO CENTRAL", "SEDE", "BASE NORTE")
STATES = ("AL", "BA", "CE", "ES", "MG", "PB", "PE", "PI", "RJ", "RN", "SE", "SP")

ACCOUNTS = (
    "Aluguel de geradores",
    "Andaimes e plataformas",
    "Aterramento",
    "Cabos e condutores",
    "Combustível de frota",
    "Concreto e agregados",
    "Estruturas metálicas",
    "Ferramental",
    "Fretes",
    "Material de escritório",
    "Proteção individual",
    "Serviços de campo",
    "Tintas",
    "Viagens",
)
