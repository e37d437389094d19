"""The support form, open to everybody: who cannot sign in needs it most."""

from flask import Blueprint, render_template, request

from harbour import desk
from harbour.request import services
from harbour.views.accounts import EMAIL

views = Blueprint("support", __name__)


@views.get("/support")
def form() -> str:
    """The empty form."""
    return render_template("support.html")


@views.post("/support")
def ask() -> str | tuple[str, int]:
    """File the question with the support desk."""
    email, subject, question = (request.form.get(name, "").strip() for name in ("email", "subject", "question"))
    # A line break in the subject would be a second mail header.
    if not EMAIL.fullmatch(email) or not question or not subject or len(subject.splitlines()) > 1:
        return render_template("support.html", error="Please fill in all three fields."), 400
    number = desk.ask(services().settings, email, subject[:150], question[:20_000])
    return render_template("support.html", done=True, number=number)
