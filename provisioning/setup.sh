#!/bin/sh
# Installs what is missing and nothing else; quick when nothing is. Usage: provisioning/setup.sh [run|test]
# Debian packages come from provisioning/packages.txt, Python packages from requirements.lock (with hashes) into .venv.
set -eu
cd "$(dirname "$0")/.."
for_what=${1:-run}
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

missing=
for package in $(awk -v what="$for_what" '!/^#/ && ($1 == "run" || $1 == what) { print $2 }' provisioning/packages.txt); do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "setup: needs root or sudo to install:$missing" >&2; exit 1; }
        as_root=sudo
    fi
    say "Debian packages:$missing"
    # Packages that bring a service must not start it: the project runs a mosquitto of its own.
    guard=/usr/sbin/policy-rc.d
    if [ ! -e "$guard" ]; then
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$guard" >/dev/null
        $as_root chmod 755 "$guard"
        trap '$as_root rm -f "$guard"' EXIT
    fi
    $as_root apt-get update -q
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
fi

python=${PYTHON:-python3}
stamp=$( { "$python" -V; cat requirements.lock; } | sha256sum | cut -c1-16)
if [ "$(cat .venv/stamp 2>/dev/null || true)" != "$stamp" ]; then
    say "Python packages into .venv (about a minute)"
    "$python" -m venv --clear .venv
    .venv/bin/python -m pip install --disable-pip-version-check --no-input --require-hashes -r requirements.lock
    echo "$stamp" > .venv/stamp
fi
