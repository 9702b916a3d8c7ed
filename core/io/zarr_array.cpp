#include "core/io/zarr_array.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "core/io/limits.h"

namespace karyo::io {
namespace {

std::int64_t product(const ZarrIndex& extents) {
  std::int64_t result = 1;
  for (const std::int64_t extent : extents) result *= extent;
  return result;
}

/// Voxels of 1 to 8 bytes from stored items of `kind`.
void to_voxels(const std::byte* items, std::size_t count, const ZarrArray::Stored& stored,
               std::byte* voxels) {
  const std::size_t size = stored.item_bytes;
  if (!stored.swapped && (size < 8 || stored.kind == 'f')) {
    std::memcpy(voxels, items, count * size);
    return;
  }
  std::array<std::byte, 8> item{};
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(item.data(), items + i * size, size);
    if (stored.swapped)
      std::reverse(item.begin(), item.begin() + static_cast<std::ptrdiff_t>(size));
    if (size == 8 && stored.kind != 'f') {
      double number = 0;
      if (stored.kind == 'u') {
        number = static_cast<double>(std::bit_cast<std::uint64_t>(item));
      } else {
        number = static_cast<double>(std::bit_cast<std::int64_t>(item));
      }
      std::memcpy(voxels + i * size, &number, size);
    } else {
      std::memcpy(voxels + i * size, item.data(), size);
    }
  }
}

std::vector<std::byte> filled(VoxelType type, double value, std::size_t count) {
  std::vector<std::byte> voxels(count * bytes_of(type));
  visit_voxels(type, [&](auto zero) {
    using T = decltype(zero);
    T fill{};
    if constexpr (std::is_floating_point_v<T>) {
      fill = static_cast<T>(value);
    } else if (value >= static_cast<double>(std::numeric_limits<T>::lowest()) &&
               value <= static_cast<double>(std::numeric_limits<T>::max())) {
      fill = static_cast<T>(value);
    }
    if (fill == T{}) return;
    for (std::size_t i = 0; i < count; ++i) std::memcpy(&voxels[i * sizeof(T)], &fill, sizeof(T));
  });
  return voxels;
}

/// From stored axis order to C order of the array's axes.
std::vector<std::byte> reordered(const std::vector<std::byte>& from, const ZarrIndex& chunk,
                                 const std::vector<std::size_t>& order, std::size_t voxel) {
  const std::size_t axes = chunk.size();
  std::vector<std::int64_t> strides(axes, 0);  // of each array axis in `from`
  std::int64_t stride = 1;
  for (std::size_t i = axes; i-- > 0;) {
    strides[order[i]] = stride;
    stride *= chunk[order[i]];
  }
  std::vector<std::byte> to(from.size());
  ZarrIndex at(axes, 0);
  std::int64_t offset = 0;
  for (std::size_t out = 0; out < to.size(); out += voxel) {
    std::memcpy(&to[out], &from[static_cast<std::size_t>(offset) * voxel], voxel);
    for (std::size_t axis = axes; axis-- > 0;) {
      offset += strides[axis];
      if (++at[axis] < chunk[axis]) break;
      offset -= strides[axis] * chunk[axis];
      at[axis] = 0;
    }
  }
  return to;
}

std::string key_of(const ZarrArray& array, const ZarrIndex& number) {
  std::string key = array.prefix;
  for (std::size_t i = 0; i < number.size(); ++i) {
    if (i > 0) key += array.separator;
    key += std::to_string(number[i]);
  }
  return key;
}

/// All of a chunk's own file.
Result<std::vector<std::byte>> read_whole(const ByteSource& file, std::uint64_t most) {
  if (file.size() > most) {
    return Error(ErrorCode::kBadFile,
                 "the chunk's file holds " + readable_bytes(file.size()) +
                     ", more than the chunk can need",
                 "The file is damaged; copy or export the image again.");
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(file.size()));
  KARYO_CHECK_OK(file.read_at(0, bytes));
  return bytes;
}

/// The shard that holds an inner chunk.
ZarrIndex shard_of(const ZarrArray::Shard& shard, const ZarrIndex& number) {
  ZarrIndex outer(number.size());
  for (std::size_t i = 0; i < number.size(); ++i) outer[i] = number[i] / shard.inner[i];
  return outer;
}

/// The inner chunk's bytes out of a shard; nothing when it is absent.
Result<std::optional<std::vector<std::byte>>> read_inner(const ZarrArray::Shard& shard,
                                                         const ByteSource& file,
                                                         const ZarrIndex& number,
                                                         std::uint64_t most) {
  using Found = std::optional<std::vector<std::byte>>;
  std::uint64_t place = 0;
  for (std::size_t i = 0; i < number.size(); ++i) {
    place = place * static_cast<std::uint64_t>(shard.inner[i]) +
            static_cast<std::uint64_t>(number[i] % shard.inner[i]);
  }
  const std::uint64_t size = file.size();
  const std::uint64_t index_bytes =
      16 * static_cast<std::uint64_t>(product(shard.inner)) + (shard.index_has_checksum ? 4 : 0);
  const Error broken(ErrorCode::kBadFile, "the shard's index does not fit its file",
                     "The file is damaged; copy or export the image again.");
  if (size < index_bytes) return broken;
  std::array<std::byte, 16> entry{};
  KARYO_CHECK_OK(file.read_at((shard.index_at_end ? size - index_bytes : 0) + 16 * place, entry));
  const auto number_at = [&](std::size_t first) {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i > 0; --i) {
      value = value << 8 | std::to_integer<std::uint64_t>(entry[first + i - 1]);
    }
    return value;
  };
  const std::uint64_t offset = number_at(0), bytes = number_at(8);
  if (offset == ~std::uint64_t{0} && bytes == ~std::uint64_t{0}) return Found();
  if (offset > size || bytes > size - offset || bytes > most) return broken;
  std::vector<std::byte> packed(static_cast<std::size_t>(bytes));
  KARYO_CHECK_OK(file.read_at(offset, packed));
  return Found(std::move(packed));
}

}  // namespace

std::int64_t ZarrArray::chunk_voxels() const {
  return product(chunk);
}

Result<std::vector<std::byte>> ZarrArray::read(const ZarrIndex& number) const {
  const auto path = folder / key_of(*this, shard ? shard_of(*shard, number) : number);
  const auto file = open_file(path);
  if (!file && file.error().code == ErrorCode::kNotFound) {
    return filled(type, fill, static_cast<std::size_t>(chunk_voxels()));
  }
  if (!file) return file.error().in(path.string());
  auto read = read_from(**file, number);
  if (!read) return read.error().in((folder / key_of(*this, number)).string());
  return read;
}

Result<std::vector<std::byte>> ZarrArray::read_from(const ByteSource& file,
                                                    const ZarrIndex& number) const {
  const auto count = static_cast<std::size_t>(chunk_voxels());
  const std::size_t bytes = count * stored.item_bytes;
  // Packing may lengthen what cannot be packed, but not by much.
  const std::uint64_t most = bytes + bytes / 8 + 65536;
  std::vector<std::byte> packed;
  if (shard) {
    KARYO_TRY(auto inner, read_inner(*shard, file, number, most));
    if (!inner) return filled(type, fill, count);
    packed = *std::move(inner);
  } else {
    KARYO_TRY(packed, read_whole(file, most));
  }
  KARYO_TRY(const auto items, unpack_zarr(std::move(packed), stored.codecs, bytes));
  if (items.size() != bytes) {
    return Error(ErrorCode::kBadFile,
                 "the chunk holds " + std::to_string(items.size()) + " bytes, its shape needs " +
                     std::to_string(bytes),
                 "The chunk is damaged; copy or export the image again.");
  }
  std::vector<std::byte> voxels(count * bytes_of(type));
  to_voxels(items.data(), count, stored, voxels.data());
  if (std::is_sorted(stored.order.begin(), stored.order.end())) return voxels;
  return reordered(voxels, chunk, stored.order, bytes_of(type));
}

}  // namespace karyo::io
