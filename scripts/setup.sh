#!/usr/bin/env bash
# shellcheck disable=SC2034
# Set-up that scripts/demo, scripts/test and scripts/bench-peers share; read with `source`, not run.
# Sets: root, jobs, assume_yes, install, remaining (arguments that are not ours). Reads: targets (of the build; none: all).

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
assume_yes=no
install=yes
remaining=()
targets=()

say() { printf '== %s\n' "$*" >&2; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$2" >&2; exit "$1"; }

# read_arguments ARGS..: takes --yes and --no-install, leaves the others in `remaining`.
read_arguments() {
    local argument
    for argument in "$@"; do
        case $argument in
            --yes | -y) assume_yes=yes ;;
            --no-install) install=no ;;
            *) remaining+=("$argument") ;;
        esac
    done
    if [ "${CI:-}" = true ] || [ ! -t 0 ]; then assume_yes=yes; fi
}

# packages_of ROLE..: names from scripts/packages.
packages_of() {
    local role
    for role in "$@"; do awk -v role="$role" '$1 == role { print $2 }' "$root/scripts/packages"; done
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Another package may bring the same thing: pkgconf is pkg-config on newer systems.
present() {
    case $1 in
        pkg-config) installed pkg-config || installed pkgconf ;;
        *) installed "$1" ;;
    esac
}

known_system() {
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null && grep -Eqs '^(ID|ID_LIKE)=.*(debian|ubuntu)' /etc/os-release
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail 77 "installing packages needs root and there is no sudo; as root, run: apt-get install $missing"
    fi
}

apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2; }

candidates_known() {
    local package
    for package in "$@"; do apt-cache show "$package" >/dev/null 2>&1 || return 1; done
}

print_list() {
    printf 'gwsd needs these; the names are those of Debian 12 and Ubuntu 24.04:\n' >&2
    grep -Ev '^(#|oracle|bench)' "$root/scripts/packages" | sed 's/^/  /' >&2
}

# install_packages REQUIRED_ROLES OPTIONAL_ROLES: installs what is missing; says what, and asks where that is polite.
install_packages() {
    [ "$install" = yes ] || return 0
    if ! known_system; then
        print_list
        fail 69 "cannot install packages on this system; install them by hand, then run: $0 --no-install"
    fi
    local required=$1 optional=$2 package needed=() wished=()
    # shellcheck disable=SC2086  # a list of roles
    for package in $(packages_of $required); do present "$package" || needed+=("$package"); done
    # shellcheck disable=SC2086
    for package in $(packages_of $optional); do present "$package" || wished+=("$package"); done
    missing="${needed[*]} ${wished[*]}"
    if [ -z "${missing// /}" ]; then return 0; fi
    say "packages to install: $missing"
    if [ "$assume_yes" = no ]; then
        local answer
        read -r -p "Install them with apt-get? [Y/n] " answer
        case $answer in
            [nN]*) fail 69 "not installed; to go on with what is there, run: $0 --no-install" ;;
        esac
    fi
    if ! candidates_known "${needed[@]}" "${wished[@]}"; then
        as_root apt-get update >&2 || say "apt-get update failed; trying with the lists that are here"
    fi
    if [ ${#needed[@]} -gt 0 ] && ! apt_install "${needed[@]}"; then
        say "trying again with fresh package lists"
        as_root apt-get update >&2 || true
        apt_install "${needed[@]}" || fail 69 "apt-get could not install: ${needed[*]}"
    fi
    # One by one: a package that this system does not know would keep apt-get from installing the others.
    for package in "${wished[@]}"; do
        apt_install "$package" || say "going on without $package (tests that use it skip)"
    done
}

# A C++ compiler takes up to 1.5 GB for the largest files, so memory may allow fewer jobs than cores.
count_jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo 2>/dev/null || echo "$cores")
    jobs=$((memory < cores ? memory : cores))
    if [ "$jobs" -lt 1 ]; then jobs=1; fi
}

check_cmake() {
    local version
    version=$(cmake --version 2>/dev/null | awk 'NR == 1 { print $3 }')
    [ -n "$version" ] || fail 69 "cmake is not installed"
    if [ "$(printf '%s\n3.25\n' "$version" | sort -V | head -n 1)" != 3.25 ]; then
        fail 69 "cmake $version is too old, 3.25 is needed: use Debian 12, Ubuntu 24.04 or newer, or a newer cmake on PATH"
    fi
}

# build PRESET [ARGS..]: configures and builds one preset of CMakePresets.json.
build() {
    local preset=$1
    shift
    say "building ($preset, $jobs jobs)"
    mkdir -p "$root/build"
    if ! (cd "$root" && cmake --preset "$preset" -Wno-dev "$@") >"$root/build/configure-$preset.log" 2>&1; then
        cat "$root/build/configure-$preset.log" >&2
        fail 69 "the configuration failed; the message above names what is missing"
    fi
    (cd "$root" && cmake --build --preset "$preset" -j "$jobs" ${targets:+--target "${targets[@]}"} >&2) || fail 70 "the build failed"
}
