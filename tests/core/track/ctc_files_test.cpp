// The challenge's files: what is written is read again, what cannot be is refused with its mending.

#include <gtest/gtest.h>

#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "core/labels/ctc_tracks.h"
#include "core/track/ctc_result.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

Result<TrackList> opened(const test::TempDir& folder, const std::string& text) {
  EXPECT_TRUE(write_file_atomically(folder / "res_track.txt", text));
  TaskControl control;
  return read_ctc_tracks(folder / "res_track.txt", control);
}

void write_frames(const test::TempDir& folder, int count) {
  for (int t = 0; t < count; ++t) {
    LabelArray labels({1, 4, 4});
    labels(0, 1, t) = 1;
    EXPECT_TRUE(write_labels(folder / ("mask00" + std::to_string(t) + ".tif"), labels));
  }
}

TEST(CtcFiles, WhatIsWrittenIsReadAgain) {
  const test::TempDir folder;
  write_frames(folder, 3);
  std::vector<std::vector<TrackObject>> frames;
  for (int t = 0; t < 3; ++t) frames.push_back({{0, 1, static_cast<double>(t), 1, 0}});
  TrackingSettings settings;
  settings.search = 3;
  TaskControl control;
  const auto tracking = track_objects(frames, settings, control);
  ASSERT_TRUE(tracking);
  const auto read = opened(folder, format_ctc_tracks(*tracking));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(*read, track_list(frames, *tracking, {}));
}

TEST(CtcFiles, WhatCannotBeIsRefused) {
  const test::TempDir folder;
  write_frames(folder, 3);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"1 0 2 7\n", "is no track"},
      {"1 0 1 2\n2 2 2 1\n", "has not ended"},  // each the other's parent
      {"1 0 1 1\n", "has not ended"},
      {"1 0 2 0\n2 1 2 1\n", "has not ended"},
      {"1 0 9 0\n", "last label frame"},
      {"1 0 1 0\n1 2 2 0\n", "a line already"},
      {"1 2 1 0\n", "describes no track"}};
  for (const auto& [text, what] : cases) {
    const auto read = opened(folder, text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kBadFile);
    EXPECT_NE(read.error().what.find(what), std::string::npos) << read.error().what;
    EXPECT_FALSE(read.error().fix.empty());
  }
}

}  // namespace
}  // namespace karyo
