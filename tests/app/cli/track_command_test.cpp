// `karyoscope track`: a movie of labels becomes tracks, in all files that it writes.

#include <gtest/gtest.h>

#include <algorithm>

#include "app/cli/commands.h"
#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "core/labels/ctc_tracks.h"
#include "tests/support/moving_cells.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

class TrackCommand : public ::testing::Test {
 protected:
  TrackCommand() {
    const test::MovingCells movie = test::moving_cells();
    EXPECT_TRUE(write_image(folder_ / "labels.tif", movie.labels));
    EXPECT_TRUE(write_image(folder_ / "images.tif", movie.image));
  }
  int run(std::vector<std::string> words) {
    cli::Cli command_line("karyoscope", "");
    cli::add_track_command(command_line);
    words.insert(words.begin(), {"karyoscope", "track"});
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    return command_line.run(static_cast<int>(argv.size()), argv.data());
  }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  std::string text(const std::string& name) const {
    const auto read = read_file(folder_ / "out" / name);
    return read ? *read : std::string();
  }
  static std::int64_t lines(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  }

  test::TempDir folder_;
};

TEST_F(TrackCommand, WritesTheChallengesFilesTablesAndTrackMate) {
  ASSERT_EQ(run({"--labels", path("labels.tif"), "--images", path("images.tif"), "--output",
                 path("out"), "--quiet"}),
            0);
  EXPECT_EQ(lines(text("res_track.txt")), 18);
  EXPECT_EQ(lines(text("track_measures.csv")), 1 + 18);
  EXPECT_EQ(lines(text("msd.csv")), 1 + 5);
  EXPECT_EQ(lines(text("links.csv")), 1 + 16 * 5 + 3);
  EXPECT_TRUE(text("tracks.csv").starts_with("track_id,t,z,y,x,parent\n"));
  EXPECT_NE(text("trackmate.xml").find("<TrackMate"), std::string::npos);
  // The label frames and the lineage agree, as who reads them checks.
  TaskControl control;
  const auto movie = read_ctc_movie(folder_ / "out" / "res_track.txt", control);
  ASSERT_TRUE(movie) << movie.error().what;
  EXPECT_EQ(movie->tracks.parents.size(), 2U);
  EXPECT_EQ(movie->frames.size(), 6U);
  EXPECT_EQ(movie->tracks.points.size(), 16U * 3 + 17 * 3);
}

TEST_F(TrackCommand, FramesOfAFolderAreTakenByName) {
  const test::MovingCells movie = test::moving_cells();
  for (std::int64_t t = 0; t < 6; ++t) {
    const auto frame = to_labels(movie.labels, t);
    ASSERT_TRUE(frame);
    ASSERT_TRUE(write_labels(folder_ / "frames" / ("t" + std::to_string(t) + ".tif"), *frame,
                             movie.labels.grid));
  }
  ASSERT_EQ(run({"--labels", path("frames"), "--output", path("out"), "--no-divisions", "--quiet"}),
            0);
  TaskControl control;
  const auto tracks = read_ctc_tracks(folder_ / "out" / "res_track.txt", control);
  ASSERT_TRUE(tracks);
  EXPECT_TRUE(tracks->parents.empty());
}

TEST_F(TrackCommand, SaysWhatIsWrong) {
  EXPECT_NE(run({"--labels", path("nothing"), "--output", path("out"), "--quiet"}), 0);
  EXPECT_NE(run({"--output", path("out"), "--quiet"}), 0);
  EXPECT_NE(
      run({"--labels", path("labels.tif"), "--output", path("out"), "--end-cost", "0", "--quiet"}),
      0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out" / "res_track.txt"));
}

}  // namespace
}  // namespace karyo
