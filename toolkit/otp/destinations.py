"""Where a code goes: phone numbers and mailboxes.

In: what an application sent. Out: a `Destination` in normal form, or None for what cannot be one.
"""

import re
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType

# Revenue for whoever owns the number: nobody signs up with these.
_COSTLY = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PAGER, PhoneNumberType.UAN}
_NUMBER = re.compile(r"\+[0-9][0-9 ().-]{4,30}")
_BLOCK = 3  # last digits that differ within one block of numbers
_OLD_MEXICAN = re.compile(r"\+52[ ().-]*1[ ().-]*((?:[0-9][ ().-]*){10})")  # +52 1 …: mobile phones, until 2019
_ARGENTINE_MOBILE = "+549"  # the 9 is dialled from abroad; the number is the same without it
_ONE_DOMAIN = {"googlemail.com": "gmail.com"}
_WITHOUT_DOTS = {"gmail.com"}  # a.d.a is ada there: https://support.google.com/mail/answer/7436150
# One mailbox, nothing that a mail server would read as more (RFC 5321 without quoted strings and address literals).
_MAILBOX = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


class Destination(NamedTuple):
    """`group` is what pumping is counted by: the block of 1,000 numbers, or the mail domain. `meaning` is the same for
    all spellings that reach one person: what limits count."""

    to: str
    group: str
    meaning: str
    country: str = ""  # ISO 3166-1 alpha-2, of a phone number
    costly: bool = False


def phone(text: str) -> Destination | None:
    """A number in E.164 form. Its length must be possible in its country; whether it is in use only a carrier knows."""
    if not _NUMBER.fullmatch(text):
        return None
    text = _OLD_MEXICAN.sub(r"+52\1", text)
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    country = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )
    meaning = "+54" + e164[len(_ARGENTINE_MOBILE) :] if e164.startswith(_ARGENTINE_MOBILE) else e164
    return Destination(e164, e164[:-_BLOCK], meaning, country, phonenumbers.number_type(number) in _COSTLY)


def mailbox(text: str) -> Destination | None:
    """A mailbox with its domain in lower case. Its meaning has neither case nor the tag after a plus sign."""
    if len(text) > 254 or not _MAILBOX.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    domain = domain.lower()
    group = _ONE_DOMAIN.get(domain, domain)
    name = local.lower().partition("+")[0] or local.lower()
    if group in _WITHOUT_DOTS:
        name = name.replace(".", "") or name
    return Destination(f"{local}@{domain}", group, f"{name}@{group}")


def destination(text: str) -> Destination | None:
    """A number or a mailbox, whichever it is."""
    return mailbox(text) if "@" in text else phone(text)


def masked(to: str) -> str:
    """What logs may show: "+49•••78", "a•••@example.org"."""
    local, at, domain = to.rpartition("@")
    return f"{local[:1]}•••{at}{domain}" if at else f"{to[:3]}•••{to[-2:]}"
