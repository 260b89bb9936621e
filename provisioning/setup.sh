#!/bin/sh
# Installs what is missing and nothing else; a fraction of a second when nothing is. Usage: provisioning/setup.sh [run|test]
# Debian packages come from provisioning/packages.txt, Python packages from requirements.lock (with hashes) into .venv,
# the screens' fonts from Debian's font packages into .setup/fonts.
set -eu
cd "$(dirname "$0")/.."
for_what=${1:-run}
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
hash16() { sha256sum | cut -c1-16; }

[ "$for_what" = run ] || [ "$for_what" = test ] || fail "usage: provisioning/setup.sh [run|test]"

# --- Debian packages ---

# Packages that bring a service must not start it: the project runs a mosquitto of its own.
guard=/usr/sbin/policy-rc.d
forbid_services() {
    [ ! -e "$guard" ] || return 0
    trap '$as_root rm -f "$guard"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$guard" >/dev/null
    $as_root chmod 755 "$guard"
}

install_debian() {
    command -v apt-get >/dev/null || fail "this is no Debian: install these packages yourself:$*"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "needs root or sudo to install: $*"
        as_root=sudo
    fi
    say "Debian packages: $*"
    forbid_services
    $as_root apt-get update -q
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

wanted=$(awk -v what="$for_what" '!/^#/ && ($1 == "run" || $1 == what) { print $2 }' provisioning/packages.txt)
# shellcheck disable=SC2086
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p') || true
missing=
for package in $wanted; do
    printf '%s\n' "$installed" | grep -qxF "$package" || missing="$missing $package"
done
# shellcheck disable=SC2086
[ -z "$missing" ] || install_debian $missing

# --- Python packages ---

python=${PYTHON:-python3}
stamp=$( { "$python" -V; cat requirements.lock; } | hash16)
if [ ! -x .venv/bin/python ] || [ "$(cat .venv/stamp 2>/dev/null)" != "$stamp" ]; then
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "needs Python 3.11 or newer, not $("$python" -V)"
    say "Python packages into .venv (about a minute)"
    "$python" -m venv --clear .venv
    .venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off --quiet \
        --require-hashes -r requirements.lock
    echo "$stamp" > .venv/stamp
fi

# --- Fonts ---

# Everyday characters come from flows/ too; one that an item gained since is drawn from the full face: no need to rebuild.
fonts=.setup/fonts
stamp=$( { dpkg-query -W fonts-noto-cjk fonts-hanazono; cat screens/fonts/build.py; } | hash16)
if [ "$(cat $fonts/stamp 2>/dev/null)" != "$stamp" ]; then
    say "Fonts of the screens into $fonts (about half a minute)"
    rm -rf $fonts.new
    .venv/bin/python -m screens.fonts.build $fonts.new >/dev/null
    echo "$stamp" > $fonts.new/stamp
    rm -rf $fonts
    mv $fonts.new $fonts
fi
