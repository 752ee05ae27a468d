#!/usr/bin/env bash
# Without a device: --device cuda ends with 69 and a reason, before anything is read; --device auto takes the CPU and says so.
# Usage: no_device.sh GWSD
set -uo pipefail
gwsd=$1
export GWSD_PTX_DEVICE_COUNT=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$gwsd" train --device cuda --cube absent.nc --output run 2>message
status=$?
cat message
[ $status = 69 ] && grep -q 'no device' message || { echo "expected exit 69 and 'no device', got $status"; exit 1; }
"$gwsd" train --device auto --cube absent.nc --output run 2>message
status=$?
cat message
[ $status = 66 ] && grep -q 'computing on the CPU' message || { echo "expected exit 66 after a note, got $status"; exit 1; }
GWSD_PTX_DEVICE_COUNT=1 GWSD_PTX_DEVICE_CC=7.5 "$gwsd" train --device cuda --cube absent.nc --output run 2>message
status=$?
cat message
[ $status = 69 ] && grep -q 'compute capability 7.5, gwsd needs 8.0' message || { echo "expected exit 69 naming 8.0, got $status"; exit 1; }
