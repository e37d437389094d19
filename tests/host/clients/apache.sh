# Apache with Debian's mod_auth_openidc and mod_auth_mellon, configured by what is on stdin.
set -eu
export DEBIAN_FRONTEND=noninteractive
# nginx holds port 80
mkdir -p /etc/apache2 && printf '' >/etc/apache2/ports.conf
apt-get install -qq -y --no-install-recommends -o Dpkg::Options::=--force-confold \
    apache2 libapache2-mod-auth-openidc libapache2-mod-auth-mellon >/dev/null 2>&1
a2dissite -q 000-default
a2enmod -q auth_openidc auth_mellon ssl
mkdir -p /var/www/app/staff /var/www/app/saml
echo '<h1>Staff only</h1>' >/var/www/app/staff/index.html
echo '<h1>SAML only</h1>' >/var/www/app/saml/index.html
cd /etc/apache2
mellon_create_metadata https://app.board.example:8443/mellon/metadata https://app.board.example:8443/mellon >/dev/null
mv ./*_metadata.cert sp.cert; mv ./*_metadata.key sp.key; mv ./*_metadata.xml sp.xml
# browsers warn of forms that are posted from a page over TLS to one without
openssl req -quiet -x509 -newkey rsa:2048 -nodes -subj /CN=app.board.example -keyout app.key -out app.cert
curl --silent --show-error --fail https://id.board.example/realms/board/protocol/saml/descriptor >idp.xml
cat >sites-enabled/app.conf
systemctl restart apache2
