#pragma once

/// Links of tracks that a person looked at and accepted, beside the tracks' file: TRACKS.csv has
/// TRACKS.accepted.csv, a row a link with the places it leads from and to.
///
/// Threads  any; a file of some kilobytes.

#include <cstdint>
#include <filesystem>
#include <set>
#include <tuple>

#include "core/base/result.h"
#include "core/layers/vector_layers.h"

namespace karyo {

/// Where and when both cells are, so that numbers of tracks may change: t, z, y, x of the first,
/// then of the second, places in thousandths of a voxel. Of a track that begins, the first is 0.
using AcceptedLink = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                std::int64_t, std::int64_t, std::int64_t, std::int64_t>;
AcceptedLink accepted_link(const TrackPoint& from, const TrackPoint& to);

/// Of the file of tracks `tracks`. Empty without the file. Errors: kBadFile, kIo.
Result<std::set<AcceptedLink>> read_accepted_links(const std::filesystem::path& tracks);
/// Those that lead to a cell of `list`. Atomic. Errors: kIo.
Result<void> write_accepted_links(const std::filesystem::path& tracks, const TrackList& list,
                                  const std::set<AcceptedLink>& links);

}  // namespace karyo
