"""What the command that starts a program says about it: whether it is for development only, and its port.

In: a command as Procfiles, scripts and offramp.toml have it. Out: a sentence or a number, or nothing. It is never run.
"""

import re

_NODE = "build it (install), and start what is built"
# What runs while somebody types: it reloads, shows its insides to strangers, or builds anew at every start.
_DEVELOPMENT = tuple(
    (re.compile(rf"(?<![\w./-])(?:{form})(?![\w.-])"), instead)
    for form, instead in (
        (r"(?:\S*/)?next dev", "`next build` in install, then `next start -p $PORT`"),
        (r"(?:\S*/)?(?:nuxt|nuxi) dev", "`nuxt build` in install, then `node .output/server/index.mjs`"),
        (r"(?:\S*/)?vite(?: dev| serve| preview)?(?! build)", _NODE),
        (r"(?:\S*/)?(?:astro|remix|gatsby|svelte-kit|vue-cli-service|ember|expo) (?:dev|develop|serve|start)", _NODE),
        (r"(?:\S*/)?(?:ng serve|react-scripts start|webpack serve|webpack-dev-server|parcel serve)", _NODE),
        (r"(?:\S*/)?(?:nodemon|ts-node-dev|node-dev)", "`node` with the program"),
        (r"(?:\S*/)?tsx watch|node --watch", "`node` with what is compiled in install"),
        (r"(?:npm|yarn|pnpm|bun)(?: run)? (?:dev|develop|watch|start[:-]dev)\S*", "the script for production"),
        (r"(?:\S*/)?flask\b.* run", "`gunicorn --bind 127.0.0.1:$PORT MODULE:app`, with gunicorn in the requirements"),
        (
            r"(?:\S*/)?manage\.py runserver\S*",
            "`gunicorn --bind 127.0.0.1:$PORT PROJECT.wsgi`, with gunicorn in the requirements",
        ),
        (r"(?:uvicorn|hypercorn|gunicorn)\b.* --reload|fastapi dev", "the same without reloading"),
        (r"(?:\S*/)?artisan serve|php -S", "`php-fpm`, or a server that its framework has for production"),
        (r"(?:\S*/)?bin/dev|foreman start|overmind start|hivemind|honcho start", "each of its processes by itself"),
        (r"dotnet watch|cargo watch|mix phx\.server --open|hugo server|air", "the program that install has built"),
    )
)
_PORT = re.compile(
    r"(?:--port[= ]|--(?:bind|listen|address)[= ]\S*?:|\bPORT=|(?<=\s)-[pb] ?(?:\S*?:)?)(\d{2,5})\b(?!\.\d)"
)
_EVERYWHERE = re.compile(r"(?<![\w.])(?:0\.0\.0\.0|\[::\])(?![\w.])")


def instead_of_development(command: str) -> str | None:
    """What to start instead, where the command is a server for development."""
    return next((instead for form, instead in _DEVELOPMENT if form.search(command)), None)


def port_of(command: str) -> int | None:
    """The port that the command itself names."""
    match = _PORT.search(command)
    return int(match[1]) if match else None


def on_given_port(command: str) -> str:
    """The command, listening on 127.0.0.1:$PORT where it names an address or a port itself."""
    match = _PORT.search(command)
    if match and not command.startswith("PORT=", match.start()):
        command = f"{command[: match.start(1)]}$PORT{command[match.end(1) :]}"
    return _EVERYWHERE.sub("127.0.0.1", command)
