# SPDX-License-Identifier: Apache-2.0
"""Reckons doses with Python's decimal and fractions: an oracle that shares nothing with web/src/meds but what the words
mean. Reads one JSON case a line, answers one line each; test/browser/arithmetic.test.mjs compares."""
import json
import re
import sys
from decimal import Decimal, getcontext
from fractions import Fraction
from math import ceil, floor

getcontext().prec = 400
SIZE = {
    "kg": ("mass", 3), "g": ("mass", 0), "mg": ("mass", -3), "ug": ("mass", -6), "ng": ("mass", -9),
    "L": ("volume", 0), "dL": ("volume", -1), "cL": ("volume", -2), "mL": ("volume", -3),
    "mol": ("amount", 0), "mmol": ("amount", -3), "umol": ("amount", -6), "[iU]": ("activity", 0),
}
HOURS = {"h": 1, "d": 24, "wk": 168}
DAYS_MAX = 3650


def plain(number):
    """Every digit, no needless zero, no exponent."""
    text = format(Decimal(number), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def exact(fraction):
    """A fraction whose divisor has no other primes than 2 and 5, as a decimal."""
    return plain(Decimal(fraction.numerator) / Decimal(fraction.denominator))


def factor(source, target):
    if source == target:
        return Fraction(1)
    if source not in SIZE or target not in SIZE or SIZE[source][0] != SIZE[target][0]:
        return None
    return Fraction(10) ** (SIZE[source][1] - SIZE[target][1])


def rounded(value, decimals, mode):
    scaled = value * 10 ** decimals
    if mode == "up":
        whole = ceil(scaled)
    elif mode == "down":
        whole = floor(scaled)
    else:
        whole = floor(abs(scaled) + Fraction(1, 2)) * (1 if scaled >= 0 else -1)
    return exact(Fraction(whole, 10 ** decimals)) + (" exact" if scaled.denominator == 1 else " rounded")


def arithmetic(case):
    a, b = Fraction(case["a"]), Fraction(case["b"])
    if case["op"] == "compare":
        return str((a > b) - (a < b))
    return exact({"add": a + b, "subtract": a - b, "multiply": a * b}[case["op"]])


def division(case):
    return rounded(Fraction(case["a"]) / Fraction(case["b"]), case["decimals"], case["mode"])


def reading(case):
    """Comma or point; thousands apart by single blanks; a point before each three digits is refused."""
    text = case["text"].strip().replace("\u00a0", " ").replace("\u202f", " ")
    if text == "":
        return "empty"
    if not text.isascii():
        return "number"
    parts = text.split(".")
    head = parts[0]
    if len(parts) > 1 and 1 <= len(head) <= 3 and head.isdigit() and head[0] != "0" and all(len(p) == 3 and p.isdigit() for p in parts[1:]):
        return "ambiguous"
    whole, mark, rest = re.match(r"([^.,]*)([.,]?)(.*)", text, re.S).groups()
    groups = whole.split(" ")
    if len(groups) > 1:
        if not (1 <= len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:]) and all(g.isdigit() for g in groups)):
            return "number"
        whole = "".join(groups)
    if not whole.isdigit() or (mark and not rest.isdigit()):
        return "number"
    if len(whole) + len(rest) > 15:
        return "long"
    return plain(Decimal(whole + ("." + rest if mark else "")))


def conversion(case):
    f = factor(case["from"], case["to"])
    return "none" if f is None else exact(Fraction(case["value"]) * f)


def highest(line):
    return Fraction(line["high"] if line["high"] is not None else line["dose"])


def daily_doses(line):
    if line["frequency"] is None or line["periodUnit"] not in HOURS:
        return None
    return Fraction(line["frequency"] * 24) / (Fraction(line["period"]) * HOURS[line["periodUnit"]])


def a_day(line):
    doses = daily_doses(line)
    planned = None if doses is None else highest(line) * doses
    if line["asNeeded"] and line["max"] is not None:
        f = factor(line["maxUnit"], line["unit"])
        most = None if f is None else Fraction(line["max"]) * f
        if most is not None and (planned is None or most < planned):
            return most
    return planned


def substance_a_day(line, strength):
    day = a_day(line)
    if day is None or strength is None:
        return None
    f = factor(line["unit"], strength["perUnit"])
    if f is not None:
        return day * f * Fraction(strength["value"]) / Fraction(strength["per"])
    f = factor(line["unit"], strength["unit"])
    return None if f is None else day * f


def shown(fraction):
    return "none" if fraction is None else f"{fraction.numerator}/{fraction.denominator}"


def per_day(case):
    lines, strength = case["lines"], case["strength"]
    parts = [substance_a_day(line, strength) for line in lines]
    total = None if None in parts else sum(parts, Fraction(0))
    out = [shown(a_day(lines[0])), shown(total)]
    if total is None:
        return " ".join(out)
    f = factor(case["limitUnit"], strength["unit"])
    limit = None if f is None else Fraction(case["limit"]) * f
    out.append("none" if limit is None else str((total > limit) - (total < limit)))
    out.append(rounded(total / Fraction(case["kilograms"]), 2, "near"))
    return " ".join(out)


def needed(line, days):
    if not 0 < days <= DAYS_MAX:
        return None
    if line["asNeeded"]:
        day = a_day(line)
        return None if day is None else Fraction(ceil(day * days * 10 ** 6), 10 ** 6)
    doses = daily_doses(line)
    return None if doses is None else highest(line) * ceil(doses * days)


def in_all(case):
    total = Fraction(0)
    for line in case["lines"]:
        part, f = needed(line, case["days"]), factor(line["unit"], case["lines"][0]["unit"])
        if part is None or f is None:
            return "none"
        total += part * f
    return exact(total)


def as_json(case):
    """A JSON number that a reader of doubles gives back: only what is then the very same decimal may be written."""
    value = Decimal(case["text"])
    return plain(value) if Decimal(repr(float(value))) == value else "none"


KINDS = {"arithmetic": arithmetic, "division": division, "reading": reading, "conversion": conversion, "perDay": per_day, "inAll": in_all, "json": as_json}

for row in sys.stdin:
    one = json.loads(row)
    print(KINDS[one["kind"]](one))
