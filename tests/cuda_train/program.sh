#!/usr/bin/env bash
# From a built-in world to a fine map, trained and refined on the device; and on the CPU, which must say nearly the same.
# Usage: program.sh GWSD
set -euo pipefail
gwsd=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$gwsd" world --quiet --output w --region 10,40,14,44 --period 2002-04:2004-12
"$gwsd" prepare --quiet --gwsa w/gwsa.nc --era5 w/era5land_*.nc --reference w/truth.nc --output cube.nc
settings=(model.preset=small model.hidden=2 'model.channels=[2,4]' model.bottleneck=4 model.groups=1 data.tile=8 data.stride=8
    data.window=2 data.buffer_months=2 train.batch=2 train.samples_per_epoch=4 train.epochs=1 loss.region_size=4)
arguments=()
for setting in "${settings[@]}"; do arguments+=(--set "$setting"); done
for device in cuda cpu; do
    "$gwsd" train --quiet --device $device --cube cube.nc --output run_$device "${arguments[@]}"
done
for device in cuda cpu; do
    "$gwsd" downscale --quiet --device $device --model run_cpu/best.gwsd --cube cube.nc --period 2004-06:2004-06 --output fine_$device.nc
    "$gwsd" export --quiet --input fine_$device.nc --format csv --point 12,42 --output point_$device.csv
done
paste -d, <(grep -v '^#' point_cuda.csv | tail -n 1) <(grep -v '^#' point_cpu.csv | tail -n 1)
awk -F, 'function value(line, parts, n) { n = split(line, parts, ","); return parts[2] }
         /^#/ { next } { last[FILENAME] = value($0) }
         END { d = last["point_cuda.csv"] - last["point_cpu.csv"]; exit !(last["point_cpu.csv"] != 0 && d < 0.05 && d > -0.05) }' point_cuda.csv point_cpu.csv
