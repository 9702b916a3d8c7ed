#!/usr/bin/env bash
# The pictures of docs/tutorial.md: the guided loop with real events on a real window, the network
# learning for MINUTES (2).
#
#   bash tools/tutorial_pictures.sh [MINUTES]
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "$0")/common.sh"

minutes=${1:-2}
pictures=$(mktemp -d)
trap 'rm -rf "$pictures"' EXIT
test_program="$ROOT/build/release/tests/app_gui_tests"
[[ -x $test_program ]] ||
  die "there is no $test_program" "Build the release preset first: bash tools/test.sh"

KARYOSCOPE_TUTORIAL=$minutes KARYOSCOPE_PICTURES=$pictures LIBGL_ALWAYS_SOFTWARE=1 \
  QT_QPA_PLATFORM=xcb xvfb-run -a -s "-screen 0 1920x1200x24" \
  "$test_program" --gtest_brief=1 --gtest_filter='GuideTest.*'
for picture in 2_drawn 3_two_images 4_trains 5_model 6_judged; do
  cp "$pictures/guide_$picture.png" "$ROOT/docs/images/tutorial_$picture.png"
done
say "pictures written to docs/images"
