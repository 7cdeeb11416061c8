#!/bin/sh
# Installs uv, unless one already runs here, and both environments from their locks. Safe to repeat:
# what is already right takes no time. Everything lands in this folder; all output goes to the log.
# With the argument "uv" it makes sure of .tools/uv even when both environments are there.
set -eu
cd "$(dirname "$0")/.."
unset VIRTUAL_ENV UV_PROJECT_ENVIRONMENT PYTHONHOME PYTHONPATH || true

UV_PIN=0.13.9
TOOLS=$PWD/.tools
UV=$TOOLS/uv
LOG=$TOOLS/install.log
mkdir -p "$TOOLS"
job=

fail() {
    printf '✗ %s\n' "$1" >&2
    exit 1
}

# Behind a proxy that signs for the world, the machine's own certificates know it and uv's built-in ones do not.
for store in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    [ ! -s "$store" ] || export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}" UV_NATIVE_TLS="${UV_NATIVE_TLS:-1}"
done

# step WORDS COMMAND...: one line for the reader, with elapsed seconds; the output goes to the log.
step() {
    words=$1
    shift
    begun=$(date +%s)
    printf '\n== %s: %s\n' "$words" "$*" >>"$LOG"
    "$@" >>"$LOG" 2>&1 &
    job=$!
    while [ -t 1 ] && kill -0 "$job" 2>/dev/null; do
        printf '\r… %s %s s ' "$words" $(($(date +%s) - begun))
        sleep 1
    done
    result=0
    wait "$job" || result=$?
    job=
    [ -t 1 ] && printf '\r'
    [ "$result" -ne 0 ] || printf '✓ %s (%s s)\n' "$words" $(($(date +%s) - begun))
    return "$result"
}

# Background jobs of a shell ignore Ctrl-C: end them ourselves.
trap '[ -z "$job" ] || kill "$job" 2>/dev/null; exit 130' INT TERM HUP

# A shim of pyenv named uv may exist and still not run: only running it tells.
uv_runs() {
    version=$("$1" --version 2>/dev/null) || return 1
    version=${version#uv }
    minor=${version#*.}
    [ "${version%%.*}" -ge 1 ] 2>/dev/null || [ "${minor%%.*}" -ge 9 ] 2>/dev/null
}

link_uv() {
    uv_runs "$1" && ln -sf "$1" "$UV" && uv_runs "$UV"
}

uv_by_venv() {
    "$1" -m venv --clear "$TOOLS/venv" && "$TOOLS/venv/bin/python" -m pip install "uv==$UV_PIN"
}

uv_by_pip() {
    "$1" -m pip install --upgrade --target "$TOOLS/pip" "uv==$UV_PIN"
}

uv_by_installer() {
    url=https://astral.sh/uv/$UV_PIN/install.sh
    if command -v curl; then
        curl -fsSL --max-time 60 -o "$TOOLS/install.sh" "$url"
    else
        wget -q -T 60 -O "$TOOLS/install.sh" "$url"
    fi && UV_UNMANAGED_INSTALL="$TOOLS/bin" sh "$TOOLS/install.sh"
}

pythons() {
    for python in ${BOOTSTRAP_PYTHONS:-python3 /usr/bin/python3 python3.13 python3.12 python3.11 python3.10 python}; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then echo "$python"; fi
    done
}

find_uv() {
    ! uv_runs "$UV" || return 0
    for found in uv "${HOME:-/}/.local/bin/uv" "${HOME:-/}/.cargo/bin/uv"; do
        found=$(command -v "$found") || continue
        ! link_uv "$found" || return 0
    done
    for python in $(pythons); do
        if step "uv, with $python" uv_by_venv "$python" && link_uv "$TOOLS/venv/bin/uv"; then return 0; fi
        if step "uv, with pip of $python" uv_by_pip "$python" && link_uv "$TOOLS/pip/bin/uv"; then return 0; fi
    done
    step "uv, with its own installer" uv_by_installer && link_uv "$TOOLS/bin/uv"
}

need_uv() {
    find_uv || fail "Could not install uv: install python3-venv or uv (docs.astral.sh/uv) and try again; details in $LOG."
}

stamp_of() {
    { pwd; cat "$1/uv.lock" "$1/pyproject.toml"; } | cksum
}

# environment FOLDER WORDS OPTIONS...: skipped when lock, settings and place are those of the last time.
environment() {
    folder=$1
    title=$2
    shift 2
    stamp=$folder/.venv/.installed
    if [ "$(cat "$stamp" 2>/dev/null)" = "$(stamp_of "$folder")" ] && "$folder/.venv/bin/python" -c ''; then
        return 0
    fi
    need_uv
    if ! step "$title" "$UV" sync --locked --project "$folder" "$@"; then
        fail "Could not install $title: $(reason) Details in $LOG."
    fi
    stamp_of "$folder" >"$stamp"
}

reason() {
    if tail -n 60 "$LOG" | grep -qE 'C compiler|gcc|cc1|linker .cc.|clang: not found'; then
        echo "a package needs a C compiler (Debian: apt install build-essential)."
    elif tail -n 60 "$LOG" | grep -q 'No interpreter found'; then
        echo "there is no fitting Python and none could be downloaded (pyenv install 3.12 3.10)."
    elif tail -n 60 "$LOG" | grep -q 'No space left'; then
        echo "the disk is full (both environments need about 3 GB)."
    else
        tail -n 60 "$LOG" | sed -n 's/^error: \(.*[^.]\)\.*$/\1./p' | tail -n 1
    fi
}

: >"$LOG"
[ "${1:-}" != uv ] || need_uv
environment . "the service's packages (Python 3.12)"
environment bot "the assistant's packages (Python 3.10)" --compile-bytecode
