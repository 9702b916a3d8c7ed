#include "models/io/candidates_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "models/io/safetensors.h"

namespace karyo {
namespace {

SafeTensor tensor(const char* name, std::vector<std::int64_t> shape, const float* values) {
  SafeTensor made{name, TensorType::kF32, std::move(shape), {}};
  std::size_t count = 1;
  for (const std::int64_t extent : made.shape) count *= static_cast<std::size_t>(extent);
  made.bytes.resize(count * sizeof(float));
  if (count > 0) std::memcpy(made.bytes.data(), values, made.bytes.size());
  return made;
}

bool take(const SafeTensor& from, float* values) {
  if (!from.bytes.empty()) std::memcpy(values, from.bytes.data(), from.bytes.size());
  return std::all_of(values, values + from.bytes.size() / sizeof(float),
                     [](float v) { return std::isfinite(v); });
}

template <int Axes>
Result<void> write(const std::filesystem::path& path,
                   const stardist::CandidatesOf<Axes>& candidates) {
  const auto count = static_cast<std::int64_t>(candidates.size());
  SafeTensors content;
  content.tensors.push_back(tensor("prob", {count}, candidates.prob.data()));
  content.tensors.push_back(
      tensor("points", {count, Axes}, count > 0 ? candidates.points.front().data() : nullptr));
  content.tensors.push_back(tensor("dist", {count, candidates.rays}, candidates.dist.data()));
  return write_safetensors(path, content);
}

template <int Axes>
Result<stardist::CandidatesOf<Axes>> read(const std::filesystem::path& path) {
  KARYO_TRY(const SafeTensors content, read_safetensors(path));
  const SafeTensor* const prob = content.find("prob");
  const SafeTensor* const points = content.find("points");
  const SafeTensor* const dist = content.find("dist");
  const auto is = [](const SafeTensor* t, std::size_t axes) {
    return t != nullptr && t->type == TensorType::kF32 && t->shape.size() == axes;
  };
  const Error bad(ErrorCode::kBadFile, path.string() + " holds no candidates of a StarDist model",
                  "Have the model look at the image again.");
  if (!is(prob, 1) || !is(points, 2) || !is(dist, 2)) return bad;
  const std::int64_t count = prob->shape[0], rays = dist->shape[1];
  if (points->shape[0] != count || points->shape[1] != Axes || dist->shape[0] != count ||
      rays < 3 || rays > 4096) {
    return bad;
  }
  stardist::CandidatesOf<Axes> candidates;
  candidates.rays = static_cast<int>(rays);
  candidates.prob.resize(static_cast<std::size_t>(count));
  candidates.points.resize(static_cast<std::size_t>(count));
  candidates.dist.resize(static_cast<std::size_t>(count * rays));
  if (count == 0) return candidates;
  const bool good = take(*prob, candidates.prob.data()) &&
                    take(*points, candidates.points.front().data()) &&
                    take(*dist, candidates.dist.data());
  if (!good) return bad;
  return candidates;
}

}  // namespace

Result<void> write_candidates(const std::filesystem::path& path,
                              const stardist::Candidates& candidates) {
  return write<2>(path, candidates);
}

Result<void> write_candidates(const std::filesystem::path& path,
                              const stardist::Candidates3d& candidates) {
  return write<3>(path, candidates);
}

Result<stardist::Candidates> read_candidates(const std::filesystem::path& path) {
  return read<2>(path);
}

Result<stardist::Candidates3d> read_candidates_3d(const std::filesystem::path& path) {
  return read<3>(path);
}

}  // namespace karyo
