#pragma once

/// Tensors in a file that cannot run code: our training state (checkpoints).
///
/// A file is 8 bytes of header length, a JSON header, then the numbers; little-endian.
/// Source  github.com/huggingface/safetensors, README "Format".
/// A file is taken as hostile: the header is at most 16 MiB (the format allows 100 MB), offsets may
/// neither overlap nor leave holes nor pass the end, and sizes are checked before memory is asked
/// for.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace karyo {

enum class TensorType {
  kBool,
  kU8,
  kI8,
  kI16,
  kU16,
  kF16,
  kBF16,
  kI32,
  kU32,
  kF32,
  kF64,
  kI64,
  kU64
};

std::size_t bytes_of(TensorType type);
/// "F32", "BF16" ... as in the file.
std::string_view name_of(TensorType type);

struct SafeTensor {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;  ///< little-endian, C order

  friend bool operator==(const SafeTensor&, const SafeTensor&) = default;
};

struct SafeTensors {
  std::vector<SafeTensor> tensors;  ///< in the order of their bytes in the file
  std::map<std::string, std::string> metadata;

  /// nullptr when there is none of this name.
  const SafeTensor* find(std::string_view name) const;
};

/// Errors  kNotFound, kBadFile, kTooLarge (files beyond 8 GiB).
Result<SafeTensors> read_safetensors(const std::filesystem::path& path);
/// The same from bytes in memory; `name` stands for the file in messages.
Result<SafeTensors> parse_safetensors(std::string_view bytes, const std::string& name);

/// Writes atomically. Errors  kInvalidArgument (repeated names, bytes that do not fill the shape),
/// kIo.
Result<void> write_safetensors(const std::filesystem::path& path, const SafeTensors& content);

}  // namespace karyo
