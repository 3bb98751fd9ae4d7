#!/bin/sh
# setup.sh DIR: puts a Rust compiler and standard library for wasm32 into the new folder DIR.
#
# rustup's toolchain has no wasm32 standard library where only package registries are reachable.
# Debian's security suite carries `rustc-web` (the compiler Firefox is built with) and its sources,
# so the compiler is unpacked from there, not installed, and its standard library is built for
#   wasm32-unknown-unknown   what a browser loads; without imports
#   wasm32-wasip1            the same instruction set with WASI, where `cargo test` can run in Node
# Leaves DIR/env.sh, to be sourced before cargo; DIR/READY marks a finished folder.
#
# Needs: apt-get with fresh lists (`apt-get update`), dpkg, node >= 20, and a cargo and rust-lld of
# rustup's toolchain. Takes about 4 CPU minutes and leaves 0.5 GB.
set -eu

DIR=${1:?usage: setup.sh DIR}
mkdir -p "$DIR"
DIR=$(cd "$DIR" && pwd)
HERE=$(cd "$(dirname "$0")" && pwd)

# The rustup toolchain's own linker; asked without the variables that env.sh sets.
LLD=$(env -u RUSTC -u LD_LIBRARY_PATH rustc --print sysroot)/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld
[ -x "$LLD" ] || { echo "setup.sh: no linker at $LLD; install a rustup toolchain for x86_64-unknown-linux-gnu" >&2; exit 1; }

# 1. Compiler, its standard library for the build machine, the library's sources, WASI's C library.
mkdir -p "$DIR/debs" "$DIR/root"
cd "$DIR/debs"
depends() { apt-cache depends "$1" | sed -n "s/.*Depends: \($2\)\$/\1/p" | head -1; }
STD=$(depends libstd-rust-web-dev 'libstd-rust-web-[0-9.]*')
LLVM=$(depends "${STD:?apt knows no libstd-rust-web; run apt-get update}" 'libllvm[0-9]*')
apt-get download -q rustc-web libstd-rust-web-dev rust-web-src "$STD" "${LLVM:?apt knows no libllvm for $STD}" wasi-libc
for DEB in *.deb; do dpkg -x "$DEB" "$DIR/root"; done
cd "$DIR"

# 2. Linker and runner for WASI. Debian's wasi-libc lacks pthread_join and pthread_detach, which the
# standard library mentions and a single-threaded program never calls.
printf '#!/bin/sh\nexec %s "$@" --unresolved-symbols=ignore-all\n' "$LLD" > wasi-link.sh
chmod +x wasi-link.sh
cp "$HERE/wasi-run.mjs" .
cat > env.sh <<ENV
export RUSTC=$DIR/root/usr/bin/rustc
export RUSTDOC=$DIR/root/usr/bin/rustdoc
export LD_LIBRARY_PATH=$DIR/root/usr/lib/x86_64-linux-gnu
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$LLD
export CARGO_TARGET_WASM32_WASIP1_LINKER=$DIR/wasi-link.sh
export CARGO_TARGET_WASM32_WASIP1_RUNNER="node --no-warnings $DIR/wasi-run.mjs"
ENV
. ./env.sh
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR RUSTC_WRAPPER

# 3. The standard library for both targets, kept as rlibs where the compiler looks for them.
LIBS=$DIR/root/usr/lib/rustlib
CRT=$LIBS/wasm32-wasip1/lib/self-contained
mkdir -p "$CRT" "$LIBS/wasm32-unknown-unknown/lib" tiny/src
cp root/usr/lib/wasm32-wasi/*.o root/usr/lib/wasm32-wasi/libc.a "$CRT/"
printf '[package]\nname = "tiny"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' > tiny/Cargo.toml
: > tiny/src/lib.rs
build_std() {
    (cd tiny && RUSTC_BOOTSTRAP=1 cargo build -q --release --target "$1" -Zbuild-std="$2")
    for LIB in tiny/target/"$1"/release/deps/lib*.rlib; do
        case $LIB in *libtiny*) ;; *) cp "$LIB" "$LIBS/$1/lib/" ;; esac
    done
}
build_std wasm32-unknown-unknown std,panic_abort
build_std wasm32-wasip1 std,panic_abort,panic_unwind,test

rm -rf tiny debs root/usr/src
touch READY
