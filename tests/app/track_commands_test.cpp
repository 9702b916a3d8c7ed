// Tracking, corrections with undo, the review and files, by commands and without a window.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "app/accepted_links.h"
#include "app/layer_commands.h"
#include "app/track_desk.h"
#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "tests/support/moving_cells.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using nlohmann::json;

class TrackCommandsTest : public ::testing::Test {
 protected:
  TrackCommandsTest() {
    add_workspace_commands(commands_, workspace_);
    desk_ = add_track_commands(commands_, workspace_);
    history_ = keep_history(commands_, workspace_.history());
    watch_ = workspace_.failed.connect([this](const Error& e) { errors_.push_back(e); });
  }
  void open_movie() {
    const test::MovingCells movie = test::moving_cells();
    ASSERT_TRUE(write_image(folder_ / "cells.tif", movie.image));
    ASSERT_TRUE(write_image(folder_ / "cells_mask.tif", movie.labels));
    workspace_.open({folder_ / "cells.tif", folder_ / "cells_mask.tif"});
    workspace_.finish_jobs();
    ASSERT_EQ(workspace_.layers().count(), 2);
  }
  Result<void> run(const std::string& id, const json& arguments = json::object()) {
    auto outcome = commands_.run(id, arguments);
    workspace_.finish_jobs();
    return outcome;
  }
  void track() {
    open_movie();
    ASSERT_TRUE(run("tracks.track"));
    ASSERT_TRUE(errors_.empty()) << errors_[0].what;
    ASSERT_NE(desk_->layer(), nullptr);
  }
  const TrackList& list() { return *desk_->layer()->look().data; }
  /// The track of the cell at this voxel.
  std::int64_t track_at(std::int64_t t, double y, double x) {
    std::int64_t id = 0;
    for (const TrackPoint& point : list().points) {
      if (point.t == t && point.at.y == y + 0.5 && point.at.x == x + 0.5) id = point.id;
    }
    return id;
  }

  test::TempDir folder_;
  Workspace workspace_;
  CommandTable commands_;
  std::shared_ptr<TrackDesk> desk_;
  std::vector<Error> errors_;
  Connection history_, watch_;
};

TEST_F(TrackCommandsTest, AMovieOfLabelsIsTracked) {
  track();
  ASSERT_NE(desk_->summary(), nullptr);
  EXPECT_EQ(desk_->summary()->measures.size(), 18U) << "16 cells, one of which is two later";
  EXPECT_EQ(desk_->summary()->divisions, 1);
  EXPECT_EQ(desk_->summary()->frames, 6);
  EXPECT_TRUE(desk_->doubts().empty());
  const TrackMeasures& first = desk_->summary()->measures.front();
  EXPECT_NEAR(first.path, 5 * 0.5 * std::hypot(2, 3), 1e-9) << "in um";
  EXPECT_NEAR(first.duration, 50, 1e-9) << "in min";
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(workspace_.layers().count(), 2);
  EXPECT_EQ(desk_->layer(), nullptr);
}

TEST_F(TrackCommandsTest, SaysWhatIsMissing) {
  EXPECT_EQ(run("tracks.track").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(run("tracks.link", {{"from", {1, 0}}, {"to", {2, 1}}}));
  EXPECT_FALSE(run("tracks.export_trackmate", {{"path", (folder_ / "a.xml").string()}}));
  track();
  EXPECT_FALSE(run("tracks.link", {{"from", {1, 0, 3}}, {"to", {2, 1}}}));
  EXPECT_FALSE(run("tracks.unlink")) << "nothing is selected";
  EXPECT_FALSE(run("tracks.select", {{"at", {99, 0}}}));
  EXPECT_FALSE(run("tracks.export_trackmate", {{"path", (folder_ / "a.txt").string()}}));
}

TEST_F(TrackCommandsTest, CorrectionsAreStepsOfUndo) {
  track();
  const TrackList before = list();
  const std::int64_t a = track_at(2, 22, 24), b = track_at(3, 24, 47);
  ASSERT_GT(a, 0);
  ASSERT_GT(b, 0);
  ASSERT_TRUE(run("tracks.select", {{"at", {a, 2}}}));
  EXPECT_EQ(workspace_.view().time(), 2);
  ASSERT_TRUE(run("tracks.mark"));
  ASSERT_TRUE(run("tracks.select", {{"at", {b, 3}}}));
  ASSERT_TRUE(run("tracks.link"));
  EXPECT_EQ(track_at(3, 24, 47), a);
  EXPECT_FALSE(desk_->mark());
  ASSERT_TRUE(desk_->selected());
  EXPECT_EQ(*desk_->selected(), (TrackPlace{a, 3}))
      << "the cell stays selected under its new number";
  EXPECT_EQ(workspace_.history().undo_name(), "Link to this cell");
  EXPECT_EQ(workspace_.unsaved_layers().size(), 1U);
  ASSERT_TRUE(run("tracks.delete"));
  EXPECT_EQ(track_at(3, 24, 47), 0);
  EXPECT_FALSE(desk_->selected());
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(list(), before);
  ASSERT_TRUE(run("edit.redo"));
  EXPECT_EQ(track_at(3, 24, 47), a);
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(run("tracks.number", {{"at", {a, 2}}, {"number", 500}}));
  EXPECT_EQ(track_at(2, 22, 24), 500);
  ASSERT_TRUE(run("tracks.unlink", {{"at", {500, 2}}}));
  ASSERT_TRUE(run("tracks.delete_place", {{"at", {500, 0}}}));
  EXPECT_EQ(desk_->summary()->measures.size(), 19U);
}

TEST_F(TrackCommandsTest, AWrongLinkIsReviewedAndAccepted) {
  track();
  const std::int64_t a = track_at(2, 22, 24), b = track_at(3, 24, 47);
  ASSERT_TRUE(run("tracks.link", {{"from", {a, 2}}, {"to", {b, 3}}}));
  const std::size_t count = desk_->doubts().size();
  ASSERT_GE(count, 1U);
  ASSERT_TRUE(run("tracks.next_doubt"));
  EXPECT_EQ(*desk_->selected(), (TrackPlace{a, 3}));
  EXPECT_EQ(workspace_.view().time(), 3);
  ASSERT_TRUE(run("tracks.accept"));
  EXPECT_EQ(desk_->doubts().size(), count - 1);
  // Accepted ones stay away when the tracks are counted again.
  ASSERT_TRUE(run("tracks.number", {{"at", {a, 2}}, {"number", 700}}));
  EXPECT_EQ(desk_->doubts().size(), count - 1);
}

TEST_F(TrackCommandsTest, AcceptedLinksAreKeptBesideTheTracks) {
  track();
  const std::int64_t a = track_at(2, 22, 24), b = track_at(3, 24, 47);
  ASSERT_TRUE(run("tracks.link", {{"from", {a, 2}}, {"to", {b, 3}}}));
  ASSERT_TRUE(run("tracks.next_doubt"));
  ASSERT_TRUE(run("tracks.accept"));
  const auto file = folder_ / "kept.csv", kept = folder_ / "kept.accepted.csv";
  EXPECT_FALSE(std::filesystem::exists(kept)) << "there is no file of the tracks yet";
  ASSERT_TRUE(run("file.save_layer", {{"layer", desk_->layer()->name()}, {"path", file.string()}}));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  EXPECT_TRUE(std::filesystem::exists(kept));
  const auto doubts_of = [&] {  // as another run of the program has them
    Workspace workspace;
    CommandTable commands;
    const auto desk = add_track_commands(commands, workspace);
    workspace.open({file});
    workspace.finish_jobs();
    EXPECT_NE(desk->layer(), nullptr);
    return desk->doubts().size();
  };
  const std::size_t left = doubts_of();
  std::filesystem::rename(kept, folder_ / "away.csv");
  EXPECT_EQ(doubts_of(), left + 1);
  std::filesystem::rename(folder_ / "away.csv", kept);

  // More is accepted in the saved ones: it is written at once.
  const auto before = read_accepted_links(file);
  ASSERT_TRUE(before);
  EXPECT_EQ(before->size(), 1u);
  if (!desk_->doubts().empty()) {
    ASSERT_TRUE(run("tracks.next_doubt"));
    ASSERT_TRUE(run("tracks.accept"));
    EXPECT_EQ(read_accepted_links(file)->size(), 2u);
  }
  std::ofstream(kept) << "a,b\n1,x\n";
  EXPECT_FALSE(read_accepted_links(file));
}

TEST_F(TrackCommandsTest, TheChallengesFilesAreWrittenAndOpened) {
  track();
  const TrackList before = list();
  ASSERT_TRUE(run("tracks.export_ctc", {{"folder", (folder_ / "ctc").string()}}));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  workspace_.layers().clear();
  ASSERT_TRUE(run("tracks.open_ctc", {{"path", (folder_ / "ctc").string()}}));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  ASSERT_EQ(workspace_.layers().count(), 2);
  EXPECT_EQ(workspace_.layers().at(0).kind(), LayerKind::kLabels);
  EXPECT_EQ(workspace_.layers().at(0).shape().t, 6);
  EXPECT_EQ(list(), before);
  ASSERT_TRUE(run("tracks.open_ctc", {{"path", (folder_ / "nothing").string()}}));
  EXPECT_EQ(errors_.size(), 1U);
}

TEST_F(TrackCommandsTest, ObjectsGetTheirTracksNumbers) {
  track();
  ASSERT_TRUE(run("tracks.number_objects"));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  const auto* labels = dynamic_cast<LabelsLayer*>(workspace_.layers().selected());
  ASSERT_NE(labels, nullptr);
  for (std::int64_t t = 0; t < 6; ++t) {
    EXPECT_EQ(labels->id_at({0, 18 + 2 * t, 38 + 3 * t}, t),
              static_cast<std::uint32_t>(track_at(t, 18 + 2.0 * t, 38 + 3.0 * t)));
  }
  EXPECT_EQ(labels->id_at({0, 18, 38}, 0), labels->id_at({0, 28, 53}, 5));
}

TEST_F(TrackCommandsTest, TrackMateAndTablesAreWritten) {
  track();
  ASSERT_TRUE(run("tracks.export_trackmate", {{"path", (folder_ / "cells.xml").string()}}));
  ASSERT_TRUE(run("tracks.export_measures", {{"path", (folder_ / "cells.csv").string()}}));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  const std::string xml = *read_file(folder_ / "cells.xml");
  const auto count = [&xml](const std::string& what) {
    int found = 0;
    for (auto at = xml.find(what); at != std::string::npos; at = xml.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("<Spot ID="), 16 * 3 + 17 * 3);
  EXPECT_EQ(count("<Edge "), 16 * 5 + 3)
      << "the daughter has three edges more than the mother alone";
  EXPECT_EQ(count("<Track name="), 16) << "a family is one track there";
  EXPECT_NE(xml.find("RADIUS=\"2.53"), std::string::npos) << "of 81 voxels of 0.25 um2";
  EXPECT_TRUE(read_file(folder_ / "cells.csv")->starts_with("track,parent,first_frame"));
  EXPECT_TRUE(read_file(folder_ / "cells_msd.csv")->starts_with("lag,pairs,time,msd\n1,"));
}

}  // namespace
}  // namespace karyo
