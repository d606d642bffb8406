"""The years of the demo, and the small calendar that its dates keep to."""

from datetime import date, timedelta

FIRST_YEAR, REPORT_YEAR = 2020, 2024
YEARS = range(FIRST_YEAR, REPORT_YEAR + 1)
EARLIER_YEARS = range(FIRST_YEAR, REPORT_YEAR)
DAYS_PER_MONTH = 30.4375


def two_years_after(day: date) -> date:
    """The day two calendar years later; 28 February after a 29th."""
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 2, day=28 if leap_day else day.day)


def off_boundary(day: date) -> date:
    """The day itself, or one near it that is no first or last day of a half-year."""
    month_and_day = (day.month, day.day)
    if month_and_day in ((1, 1), (7, 1)):
        return day + timedelta(days=2)
    if month_and_day in ((12, 31), (6, 30)):
        return day - timedelta(days=2)
    return day


def months_before(day: date, months: float) -> date:
    """The day that lies so many months (of 30.4375 days) earlier, off the boundaries."""
    return off_boundary(day - timedelta(days=int(months * DAYS_PER_MONTH + 0.5)))
