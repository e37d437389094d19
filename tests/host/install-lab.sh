#!/bin/bash
# Installs the Debian packages the lab (toolkit/drill/lab.py) needs: Incus and what builds its image.
#
# Debian 13 has Incus in its main archive; Debian 12 gets it from bookworm-backports, at the mirror this machine already
# uses. Does nothing when everything is there. Needs root.
set -euo pipefail

PACKAGES=(incus-base incus-client dnsmasq-base nftables iproute2 mmdebstrap zstd openssh-client)

missing() {
    local package
    for package in "${PACKAGES[@]}"; do
        dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

# The base address of the Debian mirror from which apt gets the release $1; empty when there is none.
debian_mirror() {
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' "Codename: $1" |
        sed -n 1p
}

add_backports() {
    local codename=$1 mirror source=/etc/apt/sources.list.d/offramp-backports.sources
    if apt-cache show incus-base >/dev/null 2>&1; then
        return
    fi
    mirror=$(debian_mirror "$codename")
    if [ -z "$mirror" ]; then
        echo "install-lab: apt has no Debian $codename mirror here; hint: add $codename-backports to its sources yourself" >&2
        exit 4
    fi
    printf '%s\n' 'Types: deb' "URIs: $mirror" "Suites: $codename-backports" 'Components: main' \
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' >"$source"
}

mapfile -t wanted < <(missing)
if [ ${#wanted[@]} -eq 0 ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "install-lab: not root, and these packages are missing: ${wanted[*]}; hint: run it with sudo" >&2
    exit 4
fi
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
case "$codename" in
bookworm | trixie) ;;
*) echo "install-lab: made for Debian 12 and 13, this is ${codename:-unknown}; hint: install ${wanted[*]} yourself" >&2 && exit 4 ;;
esac

export DEBIAN_FRONTEND=noninteractive
wait=(-o DPkg::Lock::Timeout=600) # another apt may be at work
apt-get update -q
if [ "$codename" = bookworm ]; then
    add_backports "$codename"
    apt-get update -q
fi
apt-get "${wait[@]}" install -y -q --no-install-recommends "${wanted[@]}"
