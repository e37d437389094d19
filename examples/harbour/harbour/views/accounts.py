"""Sign-up, sign-in and sign-out. Both ways in end at the same page, which asks for the code from the SMS."""

import re
from importlib.resources import files

from flask import Blueprint, redirect, render_template, request, session, url_for
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from harbour import captcha, phone
from harbour.errors import Refused
from harbour.models import User, now
from harbour.request import database, services, visitor_address

views = Blueprint("accounts", __name__)

NAME = re.compile(r"[\w.-]{3,40}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")


@views.get("/signup")
def sign_up() -> str:
    """The form for newcomers."""
    return _sign_up_form()


@views.post("/signup")
def start_sign_up() -> Response | tuple[str, int]:
    """Check the form, send a code, and keep what was typed until the code comes back."""
    try:
        settings = services().settings
        newcomer = {"name": _name(), "email": _email(), "phone": phone.normalise(request.form.get("phone", ""))}
        captcha.check(settings, request.form.get(captcha.FIELD, ""), visitor_address())
        phone.send_code(settings, newcomer["phone"], visitor_address())
    except Refused as refusal:
        return _sign_up_form(str(refusal)), 400
    session["pending"] = newcomer
    return redirect(url_for("accounts.verify"))


@views.get("/signin")
def sign_in() -> str:
    """The form for members."""
    return render_template("signin.html")


@views.post("/signin")
def start_sign_in() -> Response | tuple[str, int]:
    """Send a code to a member. A stranger's number goes on to the same page, so that nobody learns who is a member."""
    try:
        number = phone.normalise(request.form.get("phone", ""))
        if _member(number):
            phone.send_code(services().settings, number, visitor_address())
    except Refused as refusal:
        return render_template("signin.html", error=str(refusal)), 400
    session["pending"] = {"phone": number}
    return redirect(url_for("accounts.verify"))


@views.get("/verify")
def verify() -> str | Response:
    """The form for the code."""
    return render_template("verify.html") if "pending" in session else redirect(url_for("accounts.sign_in"))


@views.post("/verify")
def check() -> Response | tuple[str, int]:
    """The right code signs in, and makes the account first if there is none."""
    pending = session.get("pending")
    if pending is None:
        return redirect(url_for("accounts.sign_in"))
    try:
        user = _verified(pending, request.form.get("code", "").strip())
    except Refused as refusal:
        return render_template("verify.html", error=str(refusal)), 400
    session.clear()
    session.permanent = True
    session["user_id"] = str(user.id)
    return redirect(url_for("board.read"))


@views.post("/signout")
def sign_out() -> Response:
    """Forget this browser's session, staff or not."""
    session.clear()
    answer = redirect(url_for("board.read"))
    answer.headers["Clear-Site-Data"] = '"storage"'  # pages kept for reading without a network have the name on them
    return answer


def _sign_up_form(error: str = "") -> str:
    settings = services().settings
    return render_template(
        "signup.html", error=error, key=settings.turnstile_site_key, script=settings.turnstile_script_url
    )


def _verified(pending: dict[str, str], code: str) -> User:
    member = _member(pending["phone"])
    expected = member is not None or "name" in pending
    if not (expected and phone.code_is_right(services().settings, pending["phone"], code, visitor_address())):
        raise Refused("That is not the code, or it is no longer valid.")
    return member or _create(pending)


def _create(pending: dict[str, str]) -> User:
    user = User(name=pending["name"], email=pending["email"] or None, phone=pending["phone"], phone_verified_at=now())
    database().add(user)
    try:
        database().commit()
    except IntegrityError as err:
        database().rollback()
        raise Refused("Somebody took that name a moment ago. Please sign up again.") from err
    return user


def _member(number: str) -> User | None:
    return database().scalar(select(User).where(User.phone == number))


def _name() -> str:
    name = request.form.get("name", "").strip()
    if not NAME.fullmatch(name):
        raise Refused("A name has 3 to 40 letters, digits, dots or dashes.")
    reserved = files("harbour").joinpath("reserved_names.txt").read_text("utf-8").split()
    taken = database().scalar(select(User.id).where(func.lower(User.name) == name.lower()))
    if name.lower() in reserved or taken:
        raise Refused("That name is taken.")
    return name


def _email() -> str:
    """The address for notices, or "" when the visitor left none."""
    email = request.form.get("email", "").strip()
    if email and (len(email) > 254 or not EMAIL.fullmatch(email)):
        raise Refused("That is not an e-mail address.")
    return email
