"""The people's day: nobody works more than so many hours of each 24, counted from T. Times are whole minutes."""

DAY = 24 * 60
DAY_HOURS = 10.0  # of work


def opens(moment: int, day: int) -> int:
    """The moment itself where people are at work, else the next morning."""
    return moment if moment % DAY < day else (moment // DAY + 1) * DAY


def ends(start: int, work: int, day: int) -> int:
    """When work that begins at `start`, within the day, is done: it rests over night."""
    left = day - start % DAY
    if work <= left:
        return start + work
    nights, rest = divmod(work - left, day)
    if not rest:
        nights, rest = nights - 1, day
    return (start // DAY + 1 + nights) * DAY + rest


def fits(start: int, work: int, day: int) -> bool:
    """Whether it is done before the night; what is longer than a day must begin in the morning."""
    return start % DAY + work <= day or (work > day and start % DAY == 0)


def begins(end: int, work: int, day: int) -> int:
    """The latest moment at which work can begin to be done by `end`; 0 where there is none."""
    at_work = end // DAY * day + min(end % DAY, day) - work
    return at_work // day * DAY + at_work % day if at_work > 0 else 0
