"""Functions on timestamps in RFC 3339 form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction

from scanner.cause import Cause, CauseKind
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, whole
from scanner.symbol import Call
from scanner.terraform.language.functions.hashing import at_run_time
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionContext,
    FunctionError,
    Parameter,
    UnsupportedError,
    invalid,
    plain,
)
from scanner.terraform.language.types import STRING
from scanner.values import Unknown, Value

_RFC3339 = whole(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,30}))?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)
_DURATION = anywhere(r"(?<![\d.])(\d++(?:\.\d*+)?|\.\d++)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_NANOSECONDS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9}
_NANOSECONDS["h"] = 3600 * 10**9
_TOKEN = anywhere(r"''|'(?:[^']|'')*+(?P<ends>')?|(?P<letter>[a-zA-Z])(?P=letter)*+|[^a-zA-Z']+")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Moment:
    local: datetime
    """The clock's reading, without a zone and without fractions of a second."""
    nanosecond: int
    offset: int
    """Minutes east of Greenwich."""

    @property
    def zone(self) -> str:
        hours, minutes = divmod(abs(self.offset), 60)
        return f"{'-' if self.offset < 0 else '+'}{hours:02}:{minutes:02}"

    @property
    def instant(self) -> tuple[timedelta, int]:
        return self.local - datetime.min - timedelta(minutes=self.offset), self.nanosecond  # noqa: DTZ901 # no zone at all


def _moment(text: str, parameter: str) -> _Moment:
    match = _RFC3339.fullmatch(text)
    try:
        if match is None:
            raise ValueError("it must look like 2006-01-02T15:04:05Z")
        local = datetime(*(int(part) for part in match.groups()[:6]))  # type: ignore[arg-type] # noqa: DTZ001 # six
        hours, minutes = int(match[9] or 0), int(match[10] or 0)
        if hours > 24 or minutes > 60:
            raise ValueError("its offset from UTC is out of range")
    except ValueError as problem:
        raise invalid(parameter, f"not a valid RFC3339 timestamp: {problem}") from None
    offset = (hours * 60 + minutes) * (-1 if match[8] == "-" else 1)
    return _Moment(local, int((match[7] or "0")[:9].ljust(9, "0")), offset)


def _duration(text: str) -> int:
    """Nanoseconds, as Go parses them."""
    unsigned = text[1:] if text[:1] in ("+", "-") else text
    parts = _DURATION.findall(unsigned)
    if unsigned != "0" and (not parts or "".join(amount + unit for amount, unit in parts) != unsigned):
        raise FunctionError(f'time: invalid duration "{text[:80]}".')
    total = sum(int(Fraction(amount.rstrip(".")) * _NANOSECONDS[unit]) for amount, unit in parts)
    if total >= 1 << 63:
        raise FunctionError(f'time: invalid duration "{text[:80]}".')
    return -total if text.startswith("-") else total


def _timeadd(timestamp: str, duration: str) -> str:
    moment = _moment(timestamp, "timestamp")
    seconds = (moment.nanosecond + _duration(duration)) // 10**9
    try:
        local = moment.local + timedelta(seconds=seconds)
    except OverflowError:
        raise UnsupportedError("the result is not between the years 1 and 9999") from None
    return f"{local.isoformat()}{moment.zone if moment.offset else 'Z'}"


def _timecmp(left: str, right: str) -> int:
    a, b = _moment(left, "timestamp_a").instant, _moment(right, "timestamp_b").instant
    return (a > b) - (a < b)


_VERBS: Mapping[str, Callable[[_Moment], str]] = {
    "YY": lambda t: f"{t.local.year % 100:02}",
    "YYYY": lambda t: f"{t.local.year:04}",
    "M": lambda t: str(t.local.month),
    "MM": lambda t: f"{t.local.month:02}",
    "MMM": lambda t: _MONTHS[t.local.month - 1][:3],
    "MMMM": lambda t: _MONTHS[t.local.month - 1],
    "D": lambda t: str(t.local.day),
    "DD": lambda t: f"{t.local.day:02}",
    "EEE": lambda t: _DAYS[t.local.weekday()][:3],
    "EEEE": lambda t: _DAYS[t.local.weekday()],
    "h": lambda t: str(t.local.hour),
    "hh": lambda t: f"{t.local.hour:02}",
    "H": lambda t: str(t.local.hour % 12 or 12),
    "HH": lambda t: f"{t.local.hour % 12 or 12:02}",
    "AA": lambda t: "PM" if t.local.hour >= 12 else "AM",
    "aa": lambda t: "pm" if t.local.hour >= 12 else "am",
    "m": lambda t: str(t.local.minute),
    "mm": lambda t: f"{t.local.minute:02}",
    "s": lambda t: str(t.local.second),
    "ss": lambda t: f"{t.local.second:02}",
    "Z": lambda t: t.zone if t.offset else "Z",
    "ZZZ": lambda t: t.zone.replace(":", "") if t.offset else "UTC",
    "ZZZZ": lambda t: t.zone.replace(":", ""),
    "ZZZZZ": lambda t: t.zone,
}


def _formatdate(template: str, timestamp: str) -> str:
    moment = _moment(timestamp, "time")
    parts: list[str] = []
    for match in _TOKEN.finditer(template):
        token = match[0]
        if token == "''":
            parts.append("'")
        elif token.startswith("'"):
            if match["ends"] is None:
                raise invalid("format", "unterminated literal '")
            parts.append(token[1:-1].replace("''", "'"))
        elif match["letter"] is None:
            parts.append(token)
        elif token in _VERBS:
            parts.append(_VERBS[token](moment))
        else:
            raise invalid("format", f'invalid date format verb "{token[:80]}"')
    return "".join(parts)


_YAML_DATE = whole(r"(\d{4})-(\d\d?)-(\d\d?)(?:([Tt ])(\d\d?):(\d\d?):(\d\d?)(\.\d+)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


def yaml_timestamp(text: str) -> str | None:
    """The RFC 3339 form of a plain YAML scalar that go-cty-yaml takes for a timestamp; None for any other."""
    match = _YAML_DATE.fullmatch(text)
    if match is None or (match[4] is not None and (match[4] == " ") != (match[9] is None)):
        return None
    year, month, day, *clock = (int(part or 0) for part in match.group(1, 2, 3, 5, 6, 7))
    hour, minute, second = clock
    try:
        local = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 # the zone is added as text
    except ValueError:
        return None
    zone = match[9] or "Z"
    return f"{local.isoformat()}{'Z' if zone in ('+00:00', '-00:00') else zone}"


def _plantimestamp(_arguments: tuple[Value, ...], _context: FunctionContext) -> Value:
    """The same wherever one plan asks for it."""
    cause = Cause(CauseKind.KNOWN_AFTER_APPLY, "the time of the plan, which plantimestamp() gives")
    return Value(Unknown(cause, Call("plantimestamp()")))


_FUNCTIONS = (
    Function("formatdate", (Parameter("format", STRING), Parameter("time", STRING)), plain(_formatdate)),
    Function("timeadd", (Parameter("timestamp", STRING), Parameter("duration", STRING)), plain(_timeadd)),
    Function("timecmp", (Parameter("timestamp_a", STRING), Parameter("timestamp_b", STRING)), plain(_timecmp)),
    at_run_time("timestamp"),
    Function("plantimestamp", (), _plantimestamp),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
