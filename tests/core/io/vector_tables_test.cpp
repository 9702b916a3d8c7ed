#include "core/io/vector_tables.h"

#include <gtest/gtest.h>

#include <clocale>

namespace karyo {
namespace {

PointList points_of(const std::string& text) {
  auto table = parse_vector_table(text, "a.csv");
  EXPECT_TRUE(table) << table.error().what;
  return table && std::holds_alternative<PointList>(*table) ? std::get<PointList>(*table)
                                                            : PointList{};
}
TrackList tracks_of(const std::string& text) {
  auto table = parse_vector_table(text, "a.csv");
  EXPECT_TRUE(table) << table.error().what;
  return table && std::holds_alternative<TrackList>(*table) ? std::get<TrackList>(*table)
                                                            : TrackList{};
}

TEST(VectorTables, NapariPointsAreMiddlesOfVoxels) {
  const auto points = points_of("index,axis-0,axis-1,axis-2\n0,1,2,3.25\n1,0.0,5.0e0,6\n");
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0], (PointMark{{1.5, 2.5, 3.75}, -1, ""}));
  EXPECT_EQ(points[1], (PointMark{{0.5, 5.5, 6.5}, -1, ""}));
}

TEST(VectorTables, TheLastAxesAreTheImages) {
  EXPECT_EQ(points_of("index,axis-0,axis-1\n0,2,3\n").at(0), (PointMark{{0.5, 2.5, 3.5}, -1, ""}));
  EXPECT_EQ(points_of("index,axis-0,axis-1,axis-2,axis-3\n0,7,1,2,3\n").at(0),
            (PointMark{{1.5, 2.5, 3.5}, 7, ""}));
}

TEST(VectorTables, ColumnsComeInAnyOrderWithOtherSeparators) {
  const PointMark wanted{{1.5, 2.5, 3.5}, 4, "a, \"b\""};
  EXPECT_EQ(points_of("\xEF\xBB\xBFX,Y,Z,Frame,Class\r\n3,2,1,4,\"a, \"\"b\"\"\"\r\n").at(0),
            wanted);
  EXPECT_EQ(points_of("class;t;z;y;x\n\"a, \"\"b\"\"\";4;1;2;3\n").at(0), wanted);
  EXPECT_EQ(points_of("# a remark\n\n1\t2\t3\n").at(0), (PointMark{{1.5, 2.5, 3.5}, -1, ""}));
}

TEST(VectorTables, TracksAreSortedAndKeepParents) {
  const auto tracks = tracks_of("track_id,t,z,y,x,parent\n2,1,0,5,6,1\n1,1,0,3,4,\n1,0,0,1,2,\n");
  ASSERT_EQ(tracks.points.size(), 3u);
  EXPECT_EQ(tracks.points[0], (TrackPoint{1, 0, {0.5, 1.5, 2.5}}));
  EXPECT_EQ(tracks.points[2], (TrackPoint{2, 1, {0.5, 5.5, 6.5}}));
  EXPECT_EQ(tracks.parents, (std::map<std::int64_t, std::int64_t>{{2, 1}}));
  EXPECT_EQ(tracks_of("1,0,2,3,4\n").points.at(0), (TrackPoint{1, 0, {2.5, 3.5, 4.5}}));
  EXPECT_EQ(tracks_of("1,0,3,4\n").points.at(0), (TrackPoint{1, 0, {0.5, 3.5, 4.5}}));
}

TEST(VectorTables, WhatIsWrittenReadsTheSame) {
  const PointList points{{{0.5, 1.25, 0.125}, -1, "mitotic, \"late\""}, {{3.5, -0.75, 7.5}, 2, ""}};
  EXPECT_EQ(points_of(format_points(points)), points);
  const TrackList tracks{{{1, 0, {0.5, 1.5, 2.5}}, {4, 1, {0.5, 2.75, 3.5}}}, {{4, 1}}};
  EXPECT_EQ(tracks_of(format_tracks(tracks)), tracks);
  EXPECT_EQ(points_of(format_points({})), PointList{});
}

TEST(VectorTables, ALocaleWithCommasChangesNothing) {
  const char* before = std::setlocale(LC_NUMERIC, nullptr);
  const std::string kept = before != nullptr ? before : "C";
  for (const char* name : {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"}) std::setlocale(LC_NUMERIC, name);
  const PointList points{{{0.5, 1.25, 2.75}, -1, ""}};
  EXPECT_EQ(format_points(points), "index,axis-0,axis-1,axis-2\n0,0,0.75,2.25\n");
  EXPECT_EQ(points_of(format_points(points)), points);
  std::setlocale(LC_NUMERIC, kept.c_str());
}

TEST(VectorTables, WhatIsWrongIsNamedWithItsLine) {
  const auto refused = [](const std::string& text, const std::string& line) {
    const auto table = parse_vector_table(text, "bad.csv");
    ASSERT_FALSE(table) << text;
    EXPECT_EQ(table.error().code, ErrorCode::kBadFile);
    EXPECT_NE(table.error().what.find("bad.csv, line " + line + ":"), std::string::npos)
        << table.error().what;
    EXPECT_FALSE(table.error().fix.empty());
  };
  refused("", "1");
  refused("name,size\na,3\n", "1");
  refused("1,2\n", "1");
  refused("z,y,x\n1,2,3\n\n1,2\n", "4");
  refused("z,y,x\n1,2,three\n", "2");
  refused("z,y,x\n1,2,nan\n", "2");
  refused("z,y,x\n1,2,inf\n", "2");
  refused("z,y,x\n1,2,1e300\n", "2");
  refused("z,y,x\n1,2,\n", "2");
  refused("t,y,x\n0.5,2,3\n", "2");
  refused("t,y,x\n2000000,2,3\n", "2");
  refused("track_id,z,y,x\n1,2,3,4\n", "1");
  refused("track_id,t,y,x\n-1,0,2,3\n", "2");
  refused("track_id,t,y,x,parent\n1,0,2,3,x\n", "2");
}

}  // namespace
}  // namespace karyo
