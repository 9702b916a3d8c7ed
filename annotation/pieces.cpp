#include "annotation/pieces.h"

#include <algorithm>
#include <map>

#include "annotation/label_runs.h"

namespace karyo {
namespace {

struct IdRun {
  std::uint32_t id;
  std::uint32_t parent;  // a run of the same piece found before, or itself
};

class Union {
 public:
  explicit Union(std::vector<IdRun>& runs) : runs_(runs) {}
  std::uint32_t root(std::uint32_t run) {
    while (runs_[run].parent != run) {
      run = runs_[run].parent = runs_[runs_[run].parent].parent;
    }
    return run;
  }
  /// The first run of a piece stays its root, so that pieces come in the order of first voxels.
  void unite(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    runs_[std::max(a, b)].parent = std::min(a, b);
  }

 private:
  std::vector<IdRun>& runs_;
};

struct RowOfRuns {
  std::size_t begin, end;
};

}  // namespace

Pieces find_pieces(const LabelVolume& labels, const Box3& within, std::uint32_t id) {
  Pieces found;
  if (within.empty()) return found;
  std::vector<IdRun> ids;
  const Index3 size = within.shape();
  std::vector<std::size_t> row_ends(static_cast<std::size_t>(size.z * size.y), 0);
  const auto row_number = [&](std::int64_t z, std::int64_t y) {
    return static_cast<std::size_t>((z - within.begin.z) * size.y + (y - within.begin.y));
  };
  for_each_run(labels, within, [&](Index3 begin, std::int64_t end_x, std::uint32_t now) {
    if (now == kIgnoredLabel || (id != 0 && now != id)) return;
    const auto number = static_cast<std::uint32_t>(ids.size());
    ids.push_back({now, number});
    found.runs.push_back({begin, end_x, number});
    row_ends[row_number(begin.z, begin.y)] = ids.size();
  });
  // Rows without runs end where the row before does.
  for (std::size_t row = 1; row < row_ends.size(); ++row) {
    row_ends[row] = std::max(row_ends[row], row_ends[row - 1]);
  }
  const auto row_at = [&](std::int64_t z, std::int64_t y) {
    const std::size_t row = row_number(z, y);
    return RowOfRuns{row == 0 ? 0 : row_ends[row - 1], row_ends[row]};
  };

  Union pieces(ids);
  const auto join = [&](const RowOfRuns& row, const RowOfRuns& other) {
    std::size_t near = other.begin;
    for (std::size_t i = row.begin; i < row.end; ++i) {
      const PieceRun& run = found.runs[i];
      while (near < other.end && found.runs[near].end_x < run.begin.x) ++near;
      for (std::size_t k = near; k < other.end && found.runs[k].begin.x <= run.end_x; ++k) {
        if (ids[k].id == ids[i].id) {
          pieces.unite(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(k));
        }
      }
    }
  };
  for (std::int64_t z = within.begin.z; z < within.end.z; ++z) {
    for (std::int64_t y = within.begin.y; y < within.end.y; ++y) {
      const RowOfRuns row = row_at(z, y);
      if (row.begin == row.end) continue;
      if (y > within.begin.y) join(row, row_at(z, y - 1));
      if (z == within.begin.z) continue;
      for (std::int64_t near = std::max(within.begin.y, y - 1);
           near <= std::min(within.end.y - 1, y + 1); ++near) {
        join(row, row_at(z - 1, near));
      }
    }
  }

  std::vector<std::uint32_t> numbers(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::uint32_t root = pieces.root(static_cast<std::uint32_t>(i));
    PieceRun& run = found.runs[i];
    if (root == i) {
      numbers[i] = static_cast<std::uint32_t>(found.pieces.size());
      found.pieces.push_back({ids[i].id, {}, 0});
    }
    run.piece = numbers[root];
    Piece& piece = found.pieces[run.piece];
    piece.voxels += run.end_x - run.begin.x;
    piece.box = piece.box.united_with({run.begin, {run.begin.z + 1, run.begin.y + 1, run.end_x}});
  }
  return found;
}

std::vector<SharedId> shared_ids(const LabelVolume& labels) {
  std::map<std::uint32_t, std::vector<Piece>> by_id;
  const Pieces found = find_pieces(labels, Box3::of_shape(labels.shape()));
  for (const Piece& piece : found.pieces) by_id[piece.id].push_back(piece);
  std::vector<SharedId> shared;
  for (auto& [id, pieces] : by_id) {
    if (pieces.size() < 2) continue;
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const Piece& a, const Piece& b) { return a.voxels > b.voxels; });
    shared.push_back({id, std::move(pieces)});
  }
  return shared;
}

}  // namespace karyo
