#!/usr/bin/env bash
# Sets up, builds everything and runs all tests without a screen: Xvfb, OpenGL in software.
# Ends with ctest's summary and its exit status.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly test_minutes=25  # for all tests together; then ctest stops, and fails

bash "$ROOT/tools/setup.sh"
cd "$ROOT"
say "building into build/release"
configure_release
cmake --build --preset release -j "$(build_jobs)"

say "testing"
export LIBGL_ALWAYS_SOFTWARE=1 GALLIUM_DRIVER=llvmpipe QT_QPA_PLATFORM=xcb
exec xvfb-run --auto-servernum --server-args="-screen 0 1920x1200x24" \
  ctest --preset release -j 2 --stop-time "$(date -d "+$test_minutes minutes" +%H:%M:%S)"
