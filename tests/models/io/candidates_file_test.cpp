#include "models/io/candidates_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <limits>

#include "models/io/safetensors.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

stardist::Candidates three() {
  stardist::Candidates made;
  made.rays = 4;
  made.prob = {0.25F, 0.5F, 0.75F};
  made.points = {{1, 2}, {3, 4}, {5, 6}};
  for (int i = 0; i < 12; ++i) made.dist.push_back(0.5F + static_cast<float>(i));
  return made;
}

TEST(CandidatesFile, GivesBackWhatWasWritten) {
  const test::TempDir folder;
  for (const bool some : {true, false}) {
    stardist::Candidates written = three();
    if (!some) written.prob = {}, written.points = {}, written.dist = {};
    ASSERT_TRUE(write_candidates(folder / "c.safetensors", written));
    const auto read = read_candidates(folder / "c.safetensors");
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->rays, 4);
    EXPECT_EQ(read->prob, written.prob);
    EXPECT_EQ(read->points, written.points);
    EXPECT_EQ(read->dist, written.dist);
  }
}

TEST(CandidatesFile, GivesBackBodiesAndTellsThemFromOutlines) {
  const test::TempDir folder;
  stardist::Candidates3d written;
  written.rays = 4;
  written.prob = {0.5F, 0.75F};
  written.points = {{1, 2, 3}, {4, 5, 6}};
  written.dist = {1, 2, 3, 4, 5, 6, 7, 8};
  ASSERT_TRUE(write_candidates(folder / "bodies", written));
  const auto read = read_candidates_3d(folder / "bodies");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->prob, written.prob);
  EXPECT_EQ(read->points, written.points);
  EXPECT_EQ(read->dist, written.dist);
  ASSERT_TRUE(write_candidates(folder / "outlines", three()));
  EXPECT_FALSE(read_candidates(folder / "bodies"));
  EXPECT_FALSE(read_candidates_3d(folder / "outlines"));
}

TEST(CandidatesFile, RefusesArraysThatDoNotFit) {
  const test::TempDir folder;
  const auto path = folder / "c.safetensors";
  const auto refuses = [&](const std::function<void(SafeTensors&)>& spoil) {
    ASSERT_TRUE(write_candidates(path, three()));
    auto content = read_safetensors(path);
    ASSERT_TRUE(content);
    spoil(*content);
    ASSERT_TRUE(write_safetensors(path, *content));
    const auto read = read_candidates(path);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::kBadFile);
  };
  const auto named = [](SafeTensors& content, const char* name) -> SafeTensor& {
    return const_cast<SafeTensor&>(*content.find(name));
  };
  refuses([&](SafeTensors& c) { named(c, "prob").name = "else"; });
  refuses([&](SafeTensors& c) { named(c, "prob").type = TensorType::kI32; });
  refuses([&](SafeTensors& c) {
    named(c, "points").shape = {2, 2};
    named(c, "points").bytes.resize(16);
  });
  refuses([&](SafeTensors& c) { named(c, "dist").shape = {6, 2}; });
  refuses([&](SafeTensors& c) {
    const float bad = std::numeric_limits<float>::quiet_NaN();
    std::memcpy(named(c, "dist").bytes.data(), &bad, sizeof bad);
  });
}

}  // namespace
}  // namespace karyo
