"""Numbers, money, shares, dates and durations in Chinese text ↔ values: 五万元 = 5万元 = 50,000元.

Does not know who pays or what is counted. ``numerals`` reads digits, ``units`` holds the vocabulary (a data file),
``dates`` reads dates, ``find`` puts them together.
"""

from kb.base.quantity.dates import DateMention, find_dates, parse_date
from kb.base.quantity.find import (
    Amount,
    Quantity,
    canonical,
    contains_value,
    find_amounts,
    find_quantities,
    same_value,
)
from kb.base.quantity.numerals import integer, parse_number
from kb.base.quantity.units import QuantityKind, Unit, units

__all__ = [
    "Amount",
    "DateMention",
    "Quantity",
    "QuantityKind",
    "Unit",
    "canonical",
    "contains_value",
    "find_amounts",
    "find_dates",
    "find_quantities",
    "integer",
    "parse_date",
    "parse_number",
    "same_value",
    "units",
]
