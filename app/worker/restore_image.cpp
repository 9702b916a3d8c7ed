#include "app/worker/restore_image.h"

#include <optional>

#include "core/io/image_io.h"
#include "core/io/limits.h"
#include "core/io/tiff_source.h"
#include "core/io/tiff_writer.h"

namespace karyo::worker {
namespace {

// Chunks of the file that are kept, since tiles overlap.
constexpr std::uint64_t kChunkBytes = std::uint64_t{512} << 20;
// Up to this size an image is read whole, which is simpler and a little faster.
constexpr std::uint64_t kWholeBytes = std::uint64_t{1} << 30;

/// The image, in memory or in its file, and what is known of it.
struct OpenedImage {
  Volume whole;  ///< empty where it stays in its file
  std::shared_ptr<const PagedImage> paged;
  VoxelGrid grid;
  bool rgb = false;
  std::vector<ChannelInfo> channels;

  std::unique_ptr<ImageSource> source() const {
    return paged ? source_in_file(paged) : source_in_memory(whole);
  }
};

Result<OpenedImage> open(const std::filesystem::path& input) {
  KARYO_TRY(const auto about, describe_image(input));
  OpenedImage image;
  const auto bytes = static_cast<std::uint64_t>(about.shape.count()) * bytes_of(about.type);
  const bool is_tiff = about.format.find("TIFF") != std::string::npos;
  if (bytes > std::min(kWholeBytes, io::memory_budget_bytes() / 4) && is_tiff) {
    KARYO_TRY(auto source, io::open_tiff_source(input));
    KARYO_TRY(image.paged,
              PagedImage::open(std::move(source), std::make_shared<ChunkStore>(kChunkBytes, 1)));
    const PixelInfo& info = image.paged->info();
    image.grid = info.grid;
    image.rgb = info.rgb;
    image.channels = info.channels;
    return image;
  }
  KARYO_TRY(image.whole, read_image(input));
  image.grid = image.whole.grid;
  image.rgb = image.whole.rgb;
  image.channels = image.whole.channels;
  return image;
}

/// From black to a colour that has `part` of red, green, blue.
std::vector<Rgb> ramp(int part) {
  std::vector<Rgb> lut(256);
  for (std::size_t i = 0; i < lut.size(); ++i) {
    const auto value = static_cast<std::uint8_t>(i);
    (part == 0 ? lut[i].r : part == 1 ? lut[i].g : lut[i].b) = value;
  }
  return lut;
}

/// How the restored channels are shown: as the channels they come from, where each gives one.
std::vector<ChannelInfo> restored_channels(const OpenedImage& image, std::int64_t chosen,
                                           std::int64_t count) {
  std::vector<ChannelInfo> channels;
  for (std::int64_t c = 0; c < count; ++c) {
    const auto from = static_cast<std::size_t>(chosen >= 0 ? chosen : c);
    ChannelInfo info = from < image.channels.size() ? image.channels[from] : ChannelInfo{};
    if (image.rgb && count == 3) info.lut = ramp(static_cast<int>(c));
    channels.push_back(std::move(info));
  }
  return channels;
}

/// A file to write, begun with its first planes, whose channels tell the shape.
class Target {
 public:
  explicit Target(std::filesystem::path path) : path_(std::move(path)) {}
  bool wanted() const { return !path_.empty(); }

  Result<void> begin(io::StackHeader header) {
    if (file_ || !wanted()) return {};
    KARYO_TRY(auto file, io::TiffStackWriter::create(path_, std::move(header), {}));
    file_.emplace(std::move(file));
    return {};
  }

  /// The channels [first, first + count) of all planes.
  void add(const Volume& planes, std::int64_t first, std::int64_t count) {
    for (std::int64_t z = 0; z < planes.shape().z; ++z) {
      for (std::int64_t c = first; c < first + count; ++c) {
        file_->add_plane(reinterpret_cast<const std::byte*>(planes.view<float>(0, c).row(z, 0)));
      }
    }
  }
  bool failed() const { return file_ && file_->failed(); }
  Result<void> finish() { return file_ ? file_->finish() : Result<void>{}; }

 private:
  std::filesystem::path path_;
  std::optional<io::TiffStackWriter> file_;
};

}  // namespace

Result<void> restore_image(Predictor& predictor, const std::filesystem::path& input,
                           const std::filesystem::path& output,
                           const std::filesystem::path& scale_output,
                           const PredictSettings& settings, TaskControl& control) {
  KARYO_TRY(const auto image, open(input));
  const auto source = image.source();
  const VolumeShape shape = source->shape();
  Target restored(output), scale(scale_output);
  for (std::int64_t t = 0; t < shape.t; ++t) {
    const auto take = [&](std::int64_t, const Volume& planes) -> Result<void> {
      const std::int64_t count = planes.shape().c / (scale.wanted() ? 2 : 1);
      io::StackHeader header{VoxelType::kFloat32, shape, image.grid, false,
                             restored_channels(image, settings.channel, count)};
      header.shape.c = count;
      KARYO_CHECK_OK(restored.begin(header));
      // The scale is another quantity: what is known of the image's range is not its own.
      for (auto& channel : header.channels) channel.has_range = false;
      KARYO_CHECK_OK(scale.begin(std::move(header)));
      restored.add(planes, 0, count);
      if (scale.wanted()) scale.add(planes, count, count);
      // A full disk is noticed now and told by finish().
      return restored.failed() ? restored.finish()
             : scale.failed()  ? scale.finish()
                               : Result<void>{};
    };
    KARYO_CHECK_OK(predictor.restore(*source, t, settings, take, control));
  }
  KARYO_CHECK_OK(scale.finish());
  return restored.finish();
}

}  // namespace karyo::worker
