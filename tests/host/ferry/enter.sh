#!/bin/sh
# Begins as root and goes on as the ferry's own user, as entry scripts of images do.
set -eu
chown -R ferry:ferry /app/data
exec setpriv --reuid=ferry --regid=ferry --clear-groups "$@"
