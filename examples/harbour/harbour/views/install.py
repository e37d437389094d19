"""Harbour on a phone: the web application that a browser installs, where its apps are to be had, and news."""

from queue import Full

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from harbour.models import now
from harbour.news import events
from harbour.request import database, services, signed_in_user

views = Blueprint("install", __name__)

NAME = "Harbour"
SEA = "#14506b"
ICON_EDGES = (192, 512)
ALL_TAKEN = {"Retry-After": "60"}


@views.get("/app")
def page() -> str:
    """How to get Harbour onto a phone, with or without a store."""
    return render_template("app.html", settings=services().settings)


@views.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a browser asks for before it installs the site."""
    icons = [
        {
            "src": url_for("static", filename=f"icon-{edge}.png"),
            "sizes": f"{edge}x{edge}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for edge in ICON_EDGES
    ]
    answer = jsonify(
        name=NAME,
        short_name=NAME,
        id="/",
        start_url="/",
        display="standalone",
        theme_color=SEA,
        background_color="#ffffff",
        icons=icons,
    )
    answer.mimetype = "application/manifest+json"
    return answer


@views.get("/sw.js")
def service_worker() -> Response:
    """The service worker, at the top: it may only answer for what lies below its own address."""
    answer = current_app.send_static_file("sw.js")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@views.get("/news")
def news() -> Response:
    """New posts, for as long as the page is open."""
    listeners = services().news
    try:
        mine = listeners.enter()
    except Full:
        return Response(status=503, headers=ALL_TAKEN)
    answer = Response(events(mine), mimetype="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"  # nginx passes each event on at once
    answer.call_on_close(lambda: listeners.leave(mine))
    return answer


@views.post("/app/digest")
def digest() -> AnyResponse:
    """Begin or end the daily mail."""
    user = signed_in_user()
    if user is None or not user.email:
        abort(403)
    user.digest_from = now() if request.form.get("wanted") else None
    database().commit()
    return redirect(url_for("install.page"))
