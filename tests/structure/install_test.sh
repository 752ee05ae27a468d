#!/usr/bin/env bash
# Installs gwsd, moves the installed tree, and builds and runs programs with it:
# install_test.sh SOURCE_DIR BUILD_DIR CMAKE COMPILER CUDA
# CUDA is ON where the build has kernels for GPUs. A program that uses them is built; without a GPU it says so.
set -euo pipefail
source_dir=$1 build_dir=$2 cmake=$3 compiler=$4 cuda=$5
consumer=$source_dir/tests/structure/consumer
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
cd "$temporary"

"$cmake" --install "$build_dir" --prefix "$temporary/first" >install.log || { cat install.log; exit 1; }
mv first moved
if grep -rlE "$build_dir|$source_dir|$temporary/first" moved --include='*.cmake' --include='*.pc'; then
    echo "the files above name the place of the build; the installed tree cannot be moved"
    exit 1
fi
test -x moved/bin/gwsd

# on_device PROGRAM: an array comes back from a GPU, or there is none, which is an error of its own.
on_device() {
    local status=0
    "$@" >device.log || status=$?
    cat device.log
    if [ "$status" = 0 ]; then return; fi
    [ "$status" = 69 ]
    grep -q "no device" device.log
}
moved/bin/gwsd --version

echo "-- CMake"
"$cmake" -S "$consumer" -B cmake -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$temporary/moved" -DGWSD_EXPECT_CUDA="$cuda" >configure.log || { cat configure.log; exit 1; }
"$cmake" --build cmake
cmake/headers
cmake/compiled
if [ "$cuda" = ON ]; then on_device cmake/device; else echo "SKIPPED: a program that uses gwsd::cuda, since this build has no nvcc"; fi

echo "-- a component that is not there is refused by name"
cat >CMakeLists.txt <<'EOF'
cmake_minimum_required(VERSION 3.25)
project(refused LANGUAGES CXX)
find_package(gwsd 0.1 CONFIG REQUIRED COMPONENTS cuda)
EOF
status=0
"$cmake" -S . -B component -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$temporary/moved" >component.log 2>&1 || status=$?
if [ "$cuda" = ON ]; then
    [ "$status" = 0 ]
else
    [ "$status" != 0 ]
    grep -q "built without nvcc" component.log
fi

echo "-- pkg-config"
PKG_CONFIG_PATH=$(dirname "$(find "$temporary/moved" -name gwsd.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
"$compiler" "$consumer/headers.cpp" -o headers $(pkg-config --cflags --libs gwsd)
./headers
# shellcheck disable=SC2046
"$compiler" "$consumer/compiled.cpp" -o compiled $(pkg-config --cflags --libs gwsd-io)
./compiled
if [ "$cuda" = ON ]; then
    # shellcheck disable=SC2046
    "$compiler" "$consumer/device.cpp" -o device $(pkg-config --cflags --libs gwsd-cuda)
    on_device ./device
elif pkg-config --exists gwsd-cuda; then
    echo "gwsd-cuda.pc is installed, though there is nothing that it describes"
    exit 1
fi

echo "-- the programs that the pages show"
for page in "$source_dir"/README.md "$source_dir"/docs/how_to/use_from_cpp.md; do
    [ -e "$page" ] || continue
    # The first block of C++ of the page.
    awk '/^```cpp/ { inside = 1; next } /^```/ && inside { exit } inside' "$page" >page.cpp
    grep -q "int main" page.cpp || { echo "$page shows no program"; exit 1; }
    # shellcheck disable=SC2046
    "$compiler" page.cpp -o page $(pkg-config --cflags --libs gwsd-io)
    if ./page absent.nc 2>page.log; then
        echo "the program of $page found a cube where there is none"
        exit 1
    fi
    grep -q "absent.nc" page.log
done

echo "-- a version that is not this one is refused"
sed 's/gwsd 0.1 CONFIG/gwsd 99.1 CONFIG/' "$consumer/CMakeLists.txt" >CMakeLists.txt
cp "$consumer"/*.cpp .
if "$cmake" -S . -B refused -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$temporary/moved" >refused.log 2>&1; then
    echo "version 99.1 was found in an installation of another version"
    exit 1
fi
grep -q "99\.1" refused.log

echo "-- as a folder of another project"
"$cmake" -S "$consumer" -B embedded -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DGWSD_EMBEDDED="$source_dir" -DGWSD_BUILD_CLI=OFF >embedded.log || { cat embedded.log; exit 1; }
"$cmake" --build embedded --target headers
embedded/headers
