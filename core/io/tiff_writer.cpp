#include "core/io/tiff_writer.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>

#include "core/base/atomic_file.h"
#include "core/io/tiff_text.h"

namespace karyo::io {
namespace {

enum : int { kByte = 1, kAscii = 2, kShort = 3, kLong = 4, kRational = 5, kLong8 = 16 };

struct Tag {
  int number;
  int type;
  std::uint64_t count;
  std::vector<std::byte> bytes;
};

template <typename T>
void append(std::vector<std::byte>& bytes, T value) {
  static_assert(std::endian::native == std::endian::little, "files are written as memory lies");
  const auto raw = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  for (const std::byte byte : raw) bytes.push_back(byte);
}

Tag shorts(int number, std::initializer_list<int> values) {
  Tag tag{number, kShort, values.size(), {}};
  for (const int value : values) append(tag.bytes, static_cast<std::uint16_t>(value));
  return tag;
}
Tag long_value(int number, std::int64_t value) {
  Tag tag{number, kLong, 1, {}};
  append(tag.bytes, static_cast<std::uint32_t>(value));
  return tag;
}

/// The fraction of 32-bit numbers nearest to `value`, by continued fractions: a pixel size of
/// 0.2155 comes back as 0.2155, where ImageJ's fixed denominator of 10^6 loses digits.
Tag rational(int number, double value) {
  double rest = value;
  double above = 1, above_before = 0, below = 0, below_before = 1;
  constexpr double kMost = std::numeric_limits<std::uint32_t>::max();
  for (int step = 0; step < 40; ++step) {
    const double whole = std::floor(rest);
    const double next_above = whole * above + above_before;
    const double next_below = whole * below + below_before;
    if (next_above > kMost || next_below > kMost) break;
    above_before = std::exchange(above, next_above);
    below_before = std::exchange(below, next_below);
    if (rest - whole < 1e-12 || std::abs(above / below - value) <= value * 1e-15) break;
    rest = 1 / (rest - whole);
  }
  if (below == 0) above = kMost, below = 1;
  if (above == 0) above = 1, below = kMost;
  Tag tag{number, kRational, 1, {}};
  append(tag.bytes, static_cast<std::uint32_t>(above));
  append(tag.bytes, static_cast<std::uint32_t>(below));
  return tag;
}

/// A stdio stream that remembers its first failure and where it stands.
class Output {
 public:
  explicit Output(const std::filesystem::path& path) : file_(std::fopen(path.c_str(), "wb")) {
    if (file_ == nullptr) failure_ = errno;
  }
  ~Output() {
    if (file_ != nullptr) std::fclose(file_);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(const void* data, std::size_t size) {
    if (failure_ != 0 || size == 0) return;
    errno = 0;
    if (std::fwrite(data, 1, size, file_) != size) failure_ = errno != 0 ? errno : EIO;
    position_ += size;
  }
  void write(const std::vector<std::byte>& bytes) { write(bytes.data(), bytes.size()); }
  /// Zeros up to a position not before the present one.
  void fill_to(std::uint64_t end) {
    write(std::vector<std::byte>(static_cast<std::size_t>(end - position_)));
  }
  void rewind() {
    if (failure_ == 0 && std::fseek(file_, 0, SEEK_SET) != 0) failure_ = errno;
  }
  std::uint64_t position() const { return position_; }
  bool failed() const { return failure_ != 0; }

  Result<void> close(const std::filesystem::path& target) {
    if (file_ != nullptr && std::fclose(std::exchange(file_, nullptr)) != 0 && failure_ == 0) {
      failure_ = errno;
    }
    if (failure_ == 0) return {};
    const bool full = failure_ == ENOSPC || failure_ == EDQUOT || failure_ == EFBIG;
    return Error(ErrorCode::kIo, "writing " + target.string() + ": " + std::strerror(failure_),
                 full ? "Free some disk space, then save again."
                      : "Check that you may write there, then save again.");
  }

 private:
  std::FILE* file_;
  std::uint64_t position_ = 0;
  int failure_ = 0;
};

/// Where the strips of a plane lie in the file.
struct Page {
  std::vector<std::uint64_t> offsets, counts;
};

/// RGB lies in planes in memory and pixel by pixel in the file.
std::vector<std::byte> interleaved(const Volume& volume, std::int64_t t, std::int64_t z) {
  const std::size_t voxel = bytes_of(volume.type());
  const VolumeShape shape = volume.shape();
  const auto pixels = static_cast<std::size_t>(shape.y * shape.x);
  const auto samples = static_cast<std::size_t>(shape.c);
  std::vector<std::byte> result(pixels * samples * voxel);
  for (std::size_t s = 0; s < samples; ++s) {
    const auto plane =
        static_cast<std::size_t>((t * shape.c + static_cast<std::int64_t>(s)) * shape.z + z);
    const std::byte* from = volume.data() + plane * pixels * voxel;
    for (std::size_t i = 0; i < pixels; ++i) {
      std::memcpy(result.data() + (i * samples + s) * voxel, from + i * voxel, voxel);
    }
  }
  return result;
}

}  // namespace

class TiffStackWriter::Writer {
 public:
  Writer(const std::filesystem::path& target, AtomicFile file, StackHeader header,
         const TiffWriteOptions& options)
      : target_(target),
        file_(std::move(file)),
        out_(file_.temporary_path()),
        header_(std::move(header)),
        options_(options),
        shape_(header_.shape),
        rgb_(header_.rgb && (shape_.c == 3 || shape_.c == 4)),
        samples_(rgb_ ? shape_.c : 1),
        row_bytes_(static_cast<std::size_t>(shape_.x * samples_) * bytes_of(header_.type)) {
    constexpr std::size_t kStrip = 256 << 10;
    rows_per_strip_ =
        options.deflate
            ? std::clamp<std::int64_t>(static_cast<std::int64_t>(kStrip / row_bytes_), 1, shape_.y)
            : shape_.y;
    constexpr std::array<std::byte, kHeaderBytes> kHeader{};  // room for either, filled in later
    out_.write(kHeader.data(), kHeader.size());
    metadata_ = metadata_tags();
    for (const Tag& tag : metadata_) metadata_bytes_ += tag.bytes.size() + 64;
    if (!one_directory()) return;
    const std::uint64_t pixels = (kHeaderBytes + kDirectoryBytes + metadata_bytes_) / 16 * 16;
    write_directories(out_, {{{pixels}, {plane_bytes()}}}, metadata_);
    out_.fill_to(pixels);
  }

  bool failed() const { return out_.failed(); }
  void add(const std::byte* pixels) {
    if (!out_.failed()) pages_.push_back(write_pixels(out_, pixels));
  }

  Result<void> finish() {
    std::uint64_t first = kHeaderBytes;
    if (!one_directory() && !pages_.empty()) {
      out_.fill_to((out_.position() + 15) / 16 * 16);
      // What one directory can take, generously; the first one holds the metadata too.
      const std::uint64_t tables =
          pages_.size() * (kDirectoryBytes + 16 * pages_[0].offsets.size());
      big_ = out_.position() + tables + metadata_bytes_ > options_.classic_limit;
      first = out_.position();
      write_directories(out_, pages_, metadata_);
    }
    out_.rewind();
    std::vector<std::byte> header{std::byte{'I'}, std::byte{'I'}};
    append(header, static_cast<std::uint16_t>(big_ ? 43 : 42));
    if (big_) append(header, std::uint32_t{8});
    if (big_) append(header, first);
    if (!big_) append(header, static_cast<std::uint32_t>(first));
    out_.write(header);
    KARYO_CHECK_OK(out_.close(target_));
    return file_.commit();
  }

 private:
  static constexpr std::uint64_t kHeaderBytes = 16;
  static constexpr std::uint64_t kDirectoryBytes = 2048;  // with a palette, without strips

  std::uint64_t plane_bytes() const { return row_bytes_ * static_cast<std::uint64_t>(shape_.y); }

  /// ImageJ's way above the limit: see the header.
  bool one_directory() const {
    const auto planes = static_cast<std::uint64_t>(shape_.t * shape_.z * (rgb_ ? 1 : shape_.c));
    const std::uint64_t most = kHeaderBytes + planes * (plane_bytes() + kDirectoryBytes);
    return !options_.ome && !options_.deflate && planes > 1 && most > options_.classic_limit &&
           plane_bytes() <= std::numeric_limits<std::uint32_t>::max();
  }

  Page write_pixels(Output& out, const std::byte* pixels) {
    Page page;
    for (std::int64_t y = 0; y < shape_.y; y += rows_per_strip_) {
      const auto rows = static_cast<std::size_t>(std::min(rows_per_strip_, shape_.y - y));
      const std::byte* from = pixels + static_cast<std::size_t>(y) * row_bytes_;
      std::uint64_t count = rows * row_bytes_;
      page.offsets.push_back(out.position());
      if (options_.deflate) {
        uLongf packed = compressBound(count);
        packed_.resize(packed);
        // Cannot fail: the bound is compressBound's and the level is zlib's own.
        compress2(reinterpret_cast<Bytef*>(packed_.data()), &packed,
                  reinterpret_cast<const Bytef*>(from), count, Z_DEFAULT_COMPRESSION);
        count = packed;
        out.write(packed_.data(), packed);
      } else {
        out.write(from, static_cast<std::size_t>(count));
      }
      page.counts.push_back(count);
    }
    return page;
  }

  /// Of the first page only.
  std::vector<Tag> metadata_tags() const {
    std::vector<Tag> tags;
    const std::string text = options_.ome ? ome_xml(header_) : imagej_description(header_);
    Tag description{270, kAscii, text.size() + 1, {}};
    for (const char c : text) description.bytes.push_back(static_cast<std::byte>(c));
    description.bytes.push_back(std::byte{0});
    tags.push_back(std::move(description));
    const VoxelGrid& grid = header_.grid;
    if (grid.calibrated() || grid.spacing_x != 1 || grid.spacing_y != 1) {
      // Pixels per unit; the unit's name is in the text, in cm where only the tags are read.
      const double cm = options_.ome && grid.unit == "um" ? 10000 : 1;
      tags.push_back(rational(282, cm / grid.spacing_x));
      tags.push_back(rational(283, cm / grid.spacing_y));
      tags.push_back(shorts(296, {cm != 1 ? 3 : 1}));
    }
    if (options_.ome) return tags;
    const ImageJTags extras = imagej_tags(header_);
    if (extras.bytes.empty()) return tags;
    Tag counts{50838, kLong, extras.counts.size(), {}};
    for (const std::uint32_t count : extras.counts) append(counts.bytes, count);
    tags.push_back(std::move(counts));
    tags.push_back({50839, kByte, extras.bytes.size(), extras.bytes});
    return tags;
  }

  std::vector<Tag> tags_of(const Page& page) const {
    std::vector<Tag> tags;
    const int bits = static_cast<int>(bytes_of(header_.type)) * 8;
    const VoxelType type = header_.type;
    const bool floating = type == VoxelType::kFloat32 || type == VoxelType::kFloat64;
    const bool is_signed =
        type == VoxelType::kInt8 || type == VoxelType::kInt16 || type == VoxelType::kInt32;
    const int format = floating ? 3 : is_signed ? 2 : 1;
    tags.push_back(long_value(254, 0));
    tags.push_back(long_value(256, shape_.x));
    tags.push_back(long_value(257, shape_.y));
    std::vector<Rgb> lut;
    if (!options_.ome && type == VoxelType::kUInt8 && shape_.c == 1 && !header_.channels.empty()) {
      lut = header_.channels[0].lut;
    }
    const bool palette = lut.size() == 256;
    if (samples_ == 1) tags.push_back(shorts(258, {bits}));
    if (samples_ == 3) tags.push_back(shorts(258, {bits, bits, bits}));
    if (samples_ == 4) tags.push_back(shorts(258, {bits, bits, bits, bits}));
    tags.push_back(shorts(259, {options_.deflate ? 8 : 1}));
    tags.push_back(shorts(262, {rgb_ ? 2 : palette ? 3 : 1}));
    tags.push_back(strips(273, page.offsets));
    tags.push_back(shorts(277, {static_cast<int>(samples_)}));
    tags.push_back(long_value(278, rows_per_strip_));
    tags.push_back(strips(279, page.counts));
    if (palette) {
      Tag map{320, kShort, 768, {}};
      for (const int part : {0, 1, 2}) {
        for (const Rgb& color : lut) {
          const int value = part == 0 ? color.r : part == 1 ? color.g : color.b;
          append(map.bytes, static_cast<std::uint16_t>(value * 257));
        }
      }
      tags.push_back(std::move(map));
    }
    if (samples_ == 4) tags.push_back(shorts(338, {2}));
    if (samples_ == 1) tags.push_back(shorts(339, {format}));
    if (samples_ == 3) tags.push_back(shorts(339, {format, format, format}));
    if (samples_ == 4) tags.push_back(shorts(339, {format, format, format, format}));
    return tags;
  }

  Tag strips(int number, const std::vector<std::uint64_t>& values) const {
    Tag tag{number, big_ ? kLong8 : kLong, values.size(), {}};
    for (const std::uint64_t value : values) {
      if (big_) append(tag.bytes, value);
      if (!big_) append(tag.bytes, static_cast<std::uint32_t>(value));
    }
    return tag;
  }

  void write_directories(Output& out, const std::vector<Page>& pages,
                         const std::vector<Tag>& metadata) const {
    for (std::size_t p = 0; p < pages.size() && !out.failed(); ++p) {
      std::vector<Tag> tags = tags_of(pages[p]);
      if (p == 0) tags.insert(tags.end(), metadata.begin(), metadata.end());
      std::sort(tags.begin(), tags.end(),
                [](const Tag& a, const Tag& b) { return a.number < b.number; });
      const std::size_t inlined = big_ ? 8 : 4;
      // Directory, then the values that do not fit in it, padded so that the next page begins even.
      const std::uint64_t start = out.position();
      const std::uint64_t size = (big_ ? 8 : 2) + tags.size() * (big_ ? 20 : 12) + inlined;
      std::uint64_t value_at = start + (size + 7) / 8 * 8;
      std::vector<std::byte> directory;
      std::vector<std::byte> values;
      if (big_) append(directory, static_cast<std::uint64_t>(tags.size()));
      if (!big_) append(directory, static_cast<std::uint16_t>(tags.size()));
      for (Tag& tag : tags) {
        append(directory, static_cast<std::uint16_t>(tag.number));
        append(directory, static_cast<std::uint16_t>(tag.type));
        if (big_) append(directory, tag.count);
        if (!big_) append(directory, static_cast<std::uint32_t>(tag.count));
        if (tag.bytes.size() <= inlined) {
          tag.bytes.resize(inlined);
          directory.insert(directory.end(), tag.bytes.begin(), tag.bytes.end());
          continue;
        }
        if (big_) append(directory, value_at);
        if (!big_) append(directory, static_cast<std::uint32_t>(value_at));
        tag.bytes.resize((tag.bytes.size() + 7) / 8 * 8);
        values.insert(values.end(), tag.bytes.begin(), tag.bytes.end());
        value_at += tag.bytes.size();
      }
      const std::uint64_t next = p + 1 < pages.size() ? value_at : 0;
      if (big_) append(directory, next);
      if (!big_) append(directory, static_cast<std::uint32_t>(next));
      directory.resize((directory.size() + 7) / 8 * 8);
      out.write(directory);
      out.write(values);
    }
  }

  std::filesystem::path target_;
  AtomicFile file_;
  Output out_;
  StackHeader header_;
  TiffWriteOptions options_;
  VolumeShape shape_;
  bool rgb_;
  std::int64_t samples_;
  std::size_t row_bytes_;
  std::int64_t rows_per_strip_ = 1;
  bool big_ = false;
  std::vector<Tag> metadata_;
  std::uint64_t metadata_bytes_ = 0;
  std::vector<Page> pages_;
  std::vector<std::byte> packed_;
};

TiffStackWriter::TiffStackWriter(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
TiffStackWriter::~TiffStackWriter() = default;
TiffStackWriter::TiffStackWriter(TiffStackWriter&&) noexcept = default;

Result<TiffStackWriter> TiffStackWriter::create(const std::filesystem::path& path,
                                                StackHeader header,
                                                const TiffWriteOptions& options) {
  KARYO_TRY(auto file, AtomicFile::create(path));
  return TiffStackWriter(
      std::make_unique<Writer>(path, std::move(file), std::move(header), options));
}

void TiffStackWriter::add_plane(const std::byte* voxels) {
  writer_->add(voxels);
}
bool TiffStackWriter::failed() const {
  return writer_->failed();
}
Result<void> TiffStackWriter::finish() {
  return writer_->finish();
}

Result<void> write_tiff(const std::filesystem::path& path, const Volume& volume,
                        const TiffWriteOptions& options) {
  StackHeader header = options.ome ? header_of(volume) : header_with_ranges(volume);
  const bool rgb = header.rgb && (header.shape.c == 3 || header.shape.c == 4);
  KARYO_TRY(auto file, TiffStackWriter::create(path, std::move(header), options));
  const VolumeShape shape = volume.shape();
  const auto plane_bytes = static_cast<std::size_t>(shape.y * shape.x) * bytes_of(volume.type());
  for (std::int64_t t = 0; t < shape.t && !file.failed(); ++t) {
    for (std::int64_t z = 0; z < shape.z && !file.failed(); ++z) {
      if (rgb) {
        file.add_plane(interleaved(volume, t, z).data());
        continue;
      }
      for (std::int64_t c = 0; c < shape.c && !file.failed(); ++c) {
        const auto plane = static_cast<std::size_t>((t * shape.c + c) * shape.z + z);
        file.add_plane(volume.data() + plane * plane_bytes);
      }
    }
  }
  return file.finish();
}

}  // namespace karyo::io
