#include "core/track/track_measures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/text.h"

namespace karyo {
namespace {

struct Place {
  std::int64_t t = 0;
  TrackObject object;
};

using Frames = std::span<const std::vector<TrackObject>>;

std::vector<std::vector<Place>> places_by_track(Frames frames, const Tracking& tracking) {
  std::vector<std::vector<Place>> places(tracking.parents.size());
  for (std::size_t t = 0; t < frames.size(); ++t) {
    for (std::size_t i = 0; i < frames[t].size(); ++i) {
      places[static_cast<std::size_t>(tracking.tracks[t][i]) - 1].push_back(
          {static_cast<std::int64_t>(t), frames[t][i]});
    }
  }
  return places;
}

double distance(const TrackObject& a, const TrackObject& b) {
  return std::hypot(a.z - b.z, a.y - b.y, a.x - b.x);
}

std::string row(std::initializer_list<std::string> cells) {
  std::string line;
  for (const std::string& cell : cells) line += (line.empty() ? "" : ",") + cell;
  return line + "\n";
}

std::string quoted(const std::string& value) {
  std::string safe;
  for (const char c : value) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '"')
      safe += "&quot;";
    else if (c == '<')
      safe += "&lt;";
    else
      safe += c;
  }
  return "\"" + safe + "\"";
}

}  // namespace

std::vector<TrackMeasures> measure_tracks(Frames frames, const Tracking& tracking,
                                          double interval) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const double step = interval > 0 ? interval : 1;
  const auto places = places_by_track(frames, tracking);
  std::vector<int> children(places.size(), 0);
  for (const std::int64_t parent : tracking.parents) {
    if (parent > 0) ++children[static_cast<std::size_t>(parent) - 1];
  }
  std::vector<TrackMeasures> measures;
  for (std::size_t k = 0; k < places.size(); ++k) {
    const auto& way = places[k];
    TrackMeasures m;
    m.track = static_cast<std::int64_t>(k) + 1;
    m.parent = tracking.parents[k];
    m.first = way.front().t;
    m.last = way.back().t;
    m.places = static_cast<std::int64_t>(way.size());
    m.duration = static_cast<double>(m.last - m.first) * step;
    for (std::size_t n = 1; n < way.size(); ++n) {
      m.path += distance(way[n - 1].object, way[n].object);
    }
    m.displacement = distance(way.front().object, way.back().object);
    m.mean_speed = m.duration > 0 ? m.path / m.duration : kNone;
    m.directionality = m.path > 0 ? std::min(1.0, m.displacement / m.path) : kNone;
    // Both divisions lie between frames: from the daughter's first frame to her daughters'.
    const bool born = m.parent > 0 && children[static_cast<std::size_t>(m.parent) - 1] == 2;
    m.division_time =
        born && children[k] == 2 ? static_cast<double>(m.last - m.first + 1) * step : kNone;
    measures.push_back(m);
  }
  return measures;
}

std::vector<MsdPoint> mean_squared_displacement(Frames frames, const Tracking& tracking,
                                                double interval) {
  std::vector<MsdPoint> msd;
  for (std::size_t lag = 1; lag < frames.size(); ++lag) {
    msd.push_back({static_cast<std::int64_t>(lag), 0,
                   static_cast<double>(lag) * (interval > 0 ? interval : 1), 0});
  }
  for (const auto& way : places_by_track(frames, tracking)) {
    for (std::size_t a = 0; a < way.size(); ++a) {
      for (std::size_t b = a + 1; b < way.size(); ++b) {
        MsdPoint& point = msd[static_cast<std::size_t>(way[b].t - way[a].t) - 1];
        const double d = distance(way[a].object, way[b].object);
        point.msd += d * d;
        ++point.pairs;
      }
    }
  }
  std::erase_if(msd, [](const MsdPoint& point) { return point.pairs == 0; });
  for (MsdPoint& point : msd) point.msd /= static_cast<double>(point.pairs);
  return msd;
}

std::string format_track_measures(const std::vector<TrackMeasures>& measures) {
  std::string csv =
      "track,parent,first_frame,last_frame,places,duration,path,displacement,mean_speed,"
      "directionality,division_time\n";
  for (const TrackMeasures& m : measures) {
    csv += row({std::to_string(m.track), std::to_string(m.parent), std::to_string(m.first),
                std::to_string(m.last), std::to_string(m.places), table_number(m.duration),
                table_number(m.path), table_number(m.displacement), table_number(m.mean_speed),
                table_number(m.directionality), table_number(m.division_time)});
  }
  return csv;
}

std::string format_msd(const std::vector<MsdPoint>& msd) {
  std::string csv = "lag,pairs,time,msd\n";
  for (const MsdPoint& point : msd) {
    csv += row({std::to_string(point.lag), std::to_string(point.pairs), table_number(point.time),
                table_number(point.msd)});
  }
  return csv;
}

std::string format_links(const Tracking& tracking) {
  struct Line {
    double confidence;
    std::string text;
  };
  std::vector<Line> lines;
  for (std::size_t t = 0; t < tracking.links.size(); ++t) {
    for (std::size_t j = 0; j < tracking.links[t].size(); ++j) {
      const TrackLink& link = tracking.links[t][j];
      if (link.from < 0) continue;
      const std::int64_t before = tracking.tracks[static_cast<std::size_t>(link.from_frame)]
                                                 [static_cast<std::size_t>(link.from)];
      lines.push_back(
          {link.confidence, row({std::to_string(t), std::to_string(tracking.tracks[t][j]),
                                 std::to_string(link.from_frame), std::to_string(before),
                                 link.division ? "1" : "0", table_number(link.confidence)})});
    }
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.confidence < b.confidence; });
  std::string csv = "frame,track,from_frame,from_track,division,confidence\n";
  for (const Line& line : lines) csv += line.text;
  return csv;
}

std::string format_trackmate(Frames frames, const Tracking& tracking, const VoxelGrid& grid) {
  const double interval = grid.frame_interval > 0 ? grid.frame_interval : 1;
  std::vector<std::size_t> first_spot;  // of a frame
  std::size_t spots = 0;
  for (const auto& frame : frames) {
    first_spot.push_back(spots);
    spots += frame.size();
  }
  bool solid = false;
  for (const auto& frame : frames) {
    for (const TrackObject& p : frame) solid = solid || p.z != 0;
  }
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TrackMate version=\"7.0.0\">\n";
  xml += "  <Model spatialunits=" + quoted(grid.unit) +
         " timeunits=" + quoted(grid.frame_interval > 0 ? grid.time_unit : "frame") + ">\n";
  xml += "    <AllSpots nspots=\"" + std::to_string(spots) + "\">\n";
  for (std::size_t t = 0; t < frames.size(); ++t) {
    xml += "      <SpotsInFrame frame=\"" + std::to_string(t) + "\">\n";
    for (std::size_t i = 0; i < frames[t].size(); ++i) {
      const TrackObject& p = frames[t][i];
      const double radius = solid ? std::cbrt(p.size * 0.75 / std::numbers::pi)
                                  : std::sqrt(p.size / std::numbers::pi);
      const std::string id = std::to_string(first_spot[t] + i);
      xml += "        <Spot ID=\"" + id + "\" name=\"ID" + id + "\" QUALITY=\"1\" POSITION_T=\"" +
             table_number(static_cast<double>(t) * interval) + "\" FRAME=\"" + std::to_string(t) +
             "\" POSITION_X=\"" + table_number(p.x) + "\" POSITION_Y=\"" + table_number(p.y) +
             "\" POSITION_Z=\"" + table_number(p.z) + "\" RADIUS=\"" + table_number(radius) +
             "\" VISIBILITY=\"1\" />\n";
    }
    xml += "      </SpotsInFrame>\n";
  }
  xml += "    </AllSpots>\n    <AllTracks>\n";
  // A mother's number is below her daughters': one pass finds the first of each lineage.
  std::vector<std::size_t> root(tracking.parents.size());
  for (std::size_t k = 0; k < root.size(); ++k) {
    root[k] = tracking.parents[k] > 0 ? root[static_cast<std::size_t>(tracking.parents[k]) - 1] : k;
  }
  std::vector<std::string> edges(root.size());
  for (std::size_t t = 0; t < tracking.links.size(); ++t) {
    for (std::size_t j = 0; j < tracking.links[t].size(); ++j) {
      const TrackLink& link = tracking.links[t][j];
      if (link.from < 0) continue;
      const auto before = static_cast<std::size_t>(link.from_frame);
      edges[root[static_cast<std::size_t>(tracking.tracks[t][j]) - 1]] +=
          "        <Edge SPOT_SOURCE_ID=\"" +
          std::to_string(first_spot[before] + static_cast<std::size_t>(link.from)) +
          "\" SPOT_TARGET_ID=\"" + std::to_string(first_spot[t] + j) + "\" />\n";
    }
  }
  std::string kept;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    if (edges[k].empty()) continue;
    const std::string id = std::to_string(k);
    xml += "      <Track name=\"Track_" + id + "\" TRACK_ID=\"" + id + "\">\n" + edges[k] +
           "      </Track>\n";
    kept += "      <TrackID TRACK_ID=\"" + id + "\" />\n";
  }
  return xml + "    </AllTracks>\n    <FilteredTracks>\n" + kept +
         "    </FilteredTracks>\n  </Model>\n</TrackMate>\n";
}

}  // namespace karyo
