# Run application.mjs as a service; ISSUER, CLIENT_ID, CLIENT_SECRET and ORIGIN are on stdin, as in an environment file.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get install -qq -y --no-install-recommends nodejs >/dev/null 2>&1
umask 077
cat >/root/openid-client.env
systemd-run --quiet --collect --unit=openid-client --property=EnvironmentFile=/root/openid-client.env \
    --setenv=NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt --property=Restart=on-failure \
    node /root/openid-client/application.mjs
curl --silent --output /dev/null --retry 60 --retry-delay 2 --retry-connrefused http://127.0.0.1:8082/
