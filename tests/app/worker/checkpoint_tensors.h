#pragma once

/// What a checkpoint holds of a network, without the times that stand in its head: weights, and the
/// optimizer's means. HDF5 has times in it too.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>

#include "core/base/atomic_file.h"

namespace karyo::test {

inline std::string checkpoint_tensors(const std::filesystem::path& model) {
  const auto bytes = read_file(model / "checkpoint.safetensors");
  std::uint64_t head = 0;
  if (!bytes || bytes->size() < sizeof head) return "no checkpoint in " + model.string();
  std::memcpy(&head, bytes->data(), sizeof head);
  return bytes->substr(std::min<std::size_t>(bytes->size(), sizeof head + head));
}

}  // namespace karyo::test
