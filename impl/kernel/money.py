"""Money as integer minor units of an ISO 4217 currency. No floats, no currency conversion, no silent rounding.

`amount_cents` always means minor units of the currency at hand: cents for USD, whole yen for JPY, thousandths for KWD.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType

from impl.kernel.errors import SkeldirError

Currency = NewType("Currency", str)
"""Known ISO 4217 code in upper case; created by `currency`."""

MAX_AMOUNT_CENTS = 10**15
"""Largest absolute amount that is accepted, in minor units. Sums of thousands of them still fit a bigint."""

# ISO 4217:2015 table A.1 with amendments up to 2026; exponents other than 2 are listed below.
_CODES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF
    CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS
    VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()
)
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_DECIMAL = re.compile(r"(-?)(\d{1,32})(?:\.(\d{1,32}))?", re.ASCII)


class MoneyError(SkeldirError):
    """An amount or a currency that cannot be money. `code` is the error code a dead event gets."""

    code = "malformed_value"


class UnknownCurrencyError(MoneyError):
    """A currency code that ISO 4217 does not list."""

    code = "unknown_currency"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, signed, in minor units."""

    amount_cents: int
    currency: Currency

    def __post_init__(self) -> None:
        if abs(self.amount_cents) > MAX_AMOUNT_CENTS:
            raise MoneyError(f"an amount beyond {MAX_AMOUNT_CENTS} minor units is not accepted")


def currency(code: str) -> Currency:
    """`code` in any case as a known currency. Raises `UnknownCurrencyError`."""
    upper = code.upper()
    if upper not in _CODES or not code.isascii():
        raise UnknownCurrencyError("the currency is not an ISO 4217 code")
    return Currency(upper)


def exponent(code: Currency) -> int:
    """Number of decimal places of the currency: USD 2, JPY 0, KWD 3."""
    return _EXPONENTS.get(code, 2)


def parse(text: str, code: Currency) -> Money:
    """Decimal `text` (`"129.99"`) as money. Trailing zeros beyond the exponent are allowed.

    Raises `MoneyError` for anything else, including further non-zero digits: amounts are never rounded.
    """
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise MoneyError("the amount is not a decimal number")
    sign, whole, fraction = match[1], match[2], match[3] or ""
    places = exponent(code)
    if fraction[places:].strip("0"):
        # Rounding would post an amount that the processor never reported.
        raise MoneyError(f"the amount has more than the {places} decimal places of {code}")
    minor = int(whole + fraction[:places].ljust(places, "0"))
    return Money(-minor if sign else minor, code)


def decimal_text(money: Money) -> str:
    """Exact decimal text of `money`: `Money(12999, "USD")` is `"129.99"`."""
    places = exponent(money.currency)
    sign = "-" if money.amount_cents < 0 else ""
    digits = str(abs(money.amount_cents)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def text(money: Money) -> str:
    """The same with its currency, for people: `129.99 USD`."""
    return f"{decimal_text(money)} {money.currency}"


def from_micros(micros: int) -> int:
    """Minor units of `micros` (millionths of the unit) of a currency of exponent 2, rounded half up: `(m + 5000) // 10000`."""
    return (micros + 5000) // 10000
