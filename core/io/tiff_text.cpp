#include "core/io/tiff_text.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

#include "core/io/tiff_metadata.h"

namespace karyo::io {
namespace {

/// UTF-8 to UTF-16 code units; broken letters become '?'.
std::u16string to_utf16(const std::string& text) {
  std::u16string result;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int extra = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : -1;
    std::uint32_t code = extra == 0 ? lead : extra > 0 ? lead & (0x3fU >> extra) : '?';
    ++i;
    for (int k = 0; k < extra; ++k, ++i) {
      if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) {
        code = '?';
        break;
      }
      code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
    }
    if (code >= 0x10000) {
      result += static_cast<char16_t>(0xd800 + ((code - 0x10000) >> 10));
      result += static_cast<char16_t>(0xdc00 + ((code - 0x10000) & 0x3ff));
    } else {
      result += static_cast<char16_t>(code);
    }
  }
  return result;
}

/// ImageJ's description is 7-bit: other letters become backslash, u, four digits.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char16_t unit : to_utf16(text)) {
    if (unit >= 0x20 && unit < 0x7f) {
      result += static_cast<char>(unit);
    } else {
      char digits[8];
      std::snprintf(digits, sizeof digits, "\\u%04X", static_cast<unsigned>(unit));
      result += digits;
    }
  }
  return result;
}

std::string xml(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (static_cast<unsigned char>(c) < 0x20)
      result += ' ';
    else
      result += c;
  }
  return result;
}

template <typename T>
void append(std::vector<std::byte>& bytes, T value) {
  static_assert(std::endian::native == std::endian::little);
  const auto raw = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  for (const std::byte byte : raw) bytes.push_back(byte);
}

ValueRange values_of(const Volume& volume, std::int64_t c) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t t = 0; t < volume.shape().t; ++t) {
      const auto view = volume.view<T>(t, c);
      for (std::int64_t i = 0; i < volume.shape().zyx().count(); ++i) {
        const auto value = static_cast<double>(view.data()[i]);
        if (!std::isfinite(value)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
  });
  return low <= high ? ValueRange{low, high} : ValueRange{};
}

/// What a viewer should show of channel c, empty where nothing is known of it.
ValueRange display_range(const StackHeader& header, std::int64_t c) {
  const auto index = static_cast<std::size_t>(c);
  if (index >= header.channels.size() || !header.channels[index].has_range) return {};
  return {header.channels[index].range_low, header.channels[index].range_high};
}

bool eight_bit(const StackHeader& header) {
  return bytes_of(header.type) == 1;
}

bool any_channel(const StackHeader& header, bool (*has)(const ChannelInfo&)) {
  for (const auto& channel : header.channels) {
    if (has(channel)) return true;
  }
  return false;
}

}  // namespace

std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

StackHeader header_of(const Volume& volume) {
  return {volume.type(), volume.shape(), volume.grid, volume.rgb, volume.channels};
}

StackHeader header_with_ranges(const Volume& volume) {
  StackHeader header = header_of(volume);
  const bool some =
      any_channel(header, [](const ChannelInfo& channel) { return channel.has_range; });
  if (header.rgb || (eight_bit(header) && !some)) return header;
  header.channels.resize(static_cast<std::size_t>(header.shape.c));
  for (std::int64_t c = 0; c < header.shape.c; ++c) {
    ChannelInfo& channel = header.channels[static_cast<std::size_t>(c)];
    if (channel.has_range) continue;
    const ValueRange range = values_of(volume, c);
    channel.has_range = true;
    channel.range_low = range.low;
    channel.range_high = range.high;
  }
  return header;
}

std::string imagej_description(const StackHeader& header) {
  const VolumeShape shape = header.shape;
  const std::int64_t channels = header.rgb ? 1 : shape.c;
  const std::int64_t images = shape.t * channels * shape.z;
  std::string text = "ImageJ=1.54f\n";
  const auto line = [&](const char* key, const std::string& value) {
    text += std::string(key) + "=" + value + "\n";
  };
  if (images > 1) line("images", std::to_string(images));
  if (channels > 1) line("channels", std::to_string(channels));
  if (shape.z > 1) line("slices", std::to_string(shape.z));
  if (shape.t > 1) line("frames", std::to_string(shape.t));
  const int long_axes = (channels > 1 ? 1 : 0) + (shape.z > 1 ? 1 : 0) + (shape.t > 1 ? 1 : 0);
  if (long_axes > 1 || channels > 1) line("hyperstack", "true");
  // ImageJ overlays at most seven channels.
  if (channels > 1) line("mode", channels <= 7 ? "composite" : "grayscale");
  const VoxelGrid& grid = header.grid;
  if (grid.calibrated()) line("unit", escaped(grid.unit == "um" ? "\u00b5m" : grid.unit));
  if (grid.frame_interval > 0) line("finterval", number_text(grid.frame_interval));
  if (grid.time_unit != "sec") line("tunit", escaped(grid.time_unit));
  if (grid.spacing_z != 1 || (shape.z > 1 && grid.calibrated())) {
    line("spacing", number_text(grid.spacing_z));
  }
  if (images > 1) line("loop", "false");
  if (!header.rgb) {
    const ValueRange range = display_range(header, 0);
    if (range.low < range.high) {
      line("min", number_text(range.low));
      line("max", number_text(range.high));
    }
  }
  return text;
}

ImageJTags imagej_tags(const StackHeader& header) {
  ImageJTags tags;
  if (header.rgb) return tags;
  const VolumeShape shape = header.shape;
  const bool labels = shape.c > 1 && any_channel(header, [](const ChannelInfo& channel) {
                        return !channel.name.empty();
                      });
  const bool luts =
      any_channel(header, [](const ChannelInfo& channel) { return channel.lut.size() == 256; });
  const bool ranges = shape.c > 1 && any_channel(header, [](const ChannelInfo& channel) {
                        return channel.has_range;
                      });
  if (!labels && !luts && !ranges) return tags;
  const auto channels = static_cast<std::size_t>(shape.c);
  const auto planes = static_cast<std::uint32_t>(shape.t * shape.z * shape.c);
  append(tags.bytes, std::uint32_t{0x494a494a});  // "IJIJ"
  if (labels) {
    append(tags.bytes, std::uint32_t{0x6c61626c});
    append(tags.bytes, planes);
  }
  if (ranges) {
    append(tags.bytes, std::uint32_t{0x72616e67});
    append(tags.bytes, std::uint32_t{1});
  }
  if (luts) {
    append(tags.bytes, std::uint32_t{0x6c757473});
    append(tags.bytes, static_cast<std::uint32_t>(channels));
  }
  tags.counts.push_back(static_cast<std::uint32_t>(tags.bytes.size()));
  const auto channel_of = [&](std::size_t c) {
    return c < header.channels.size() ? header.channels[c] : ChannelInfo{};
  };
  if (labels) {
    std::vector<std::u16string> names;
    for (std::size_t c = 0; c < channels; ++c) names.push_back(to_utf16(channel_of(c).name));
    for (std::uint32_t p = 0; p < planes; ++p) {
      const auto& name = names[p % channels];
      for (const char16_t unit : name) append(tags.bytes, static_cast<std::uint16_t>(unit));
      tags.counts.push_back(static_cast<std::uint32_t>(name.size() * 2));
    }
  }
  if (ranges) {
    for (std::size_t c = 0; c < channels; ++c) {
      const ValueRange range = display_range(header, static_cast<std::int64_t>(c));
      append(tags.bytes, range.low);
      append(tags.bytes, range.high);
    }
    tags.counts.push_back(static_cast<std::uint32_t>(channels * 16));
  }
  if (luts) {
    for (std::size_t c = 0; c < channels; ++c) {
      const auto lut = channel_of(c).lut;
      for (const int part : {0, 1, 2}) {
        for (std::size_t i = 0; i < 256; ++i) {
          const auto grey = static_cast<std::uint8_t>(i);
          const Rgb color = lut.size() == 256 ? lut[i] : Rgb{grey, grey, grey};
          tags.bytes.push_back(std::byte{part == 0 ? color.r : part == 1 ? color.g : color.b});
        }
      }
      tags.counts.push_back(768);
    }
  }
  return tags;
}

std::string ome_xml(const StackHeader& header) {
  const VolumeShape shape = header.shape;
  const std::int64_t channels = header.rgb ? 1 : shape.c;
  std::string type(name_of(header.type));
  if (type == "float32") type = "float";
  if (type == "float64") type = "double";
  const auto attribute = [](const char* name, const std::string& value) {
    return std::string(" ") + name + "=\"" + value + "\"";
  };
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\""
      " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
      " xsi:schemaLocation=\"http://www.openmicroscopy.org/Schemas/OME/2016-06"
      " http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd\" Creator=\"Karyoscope\">\n"
      "<Image ID=\"Image:0\">\n<Pixels ID=\"Pixels:0\" DimensionOrder=\"XYCZT\"";
  text += attribute("Type", type) + attribute("BigEndian", "false");
  text += attribute("SizeX", std::to_string(shape.x)) + attribute("SizeY", std::to_string(shape.y));
  text += attribute("SizeC", std::to_string(shape.c)) + attribute("SizeZ", std::to_string(shape.z));
  text += attribute("SizeT", std::to_string(shape.t));
  const VoxelGrid& grid = header.grid;
  if (grid.calibrated()) {
    // Units the schema knows are kept; others cannot be said there.
    const double um = unit_in_um(grid.unit);
    const auto size = [&](const char* axis, double spacing) {
      if (um <= 0) return;
      const bool same = grid.unit == "um";
      text += attribute(("PhysicalSize" + std::string(axis)).c_str(),
                        number_text(same ? spacing : spacing * um));
      text += attribute(("PhysicalSize" + std::string(axis) + "Unit").c_str(), "\u00b5m");
    };
    size("X", grid.spacing_x);
    size("Y", grid.spacing_y);
    size("Z", grid.spacing_z);
  }
  const double seconds = unit_in_seconds(grid.time_unit);
  if (grid.frame_interval > 0 && seconds > 0) {
    text += attribute("TimeIncrement", number_text(grid.frame_interval * seconds));
    text += attribute("TimeIncrementUnit", "s");
  }
  text += ">\n";
  for (std::int64_t c = 0; c < channels; ++c) {
    text += "<Channel" + attribute("ID", "Channel:0:" + std::to_string(c));
    text += attribute("SamplesPerPixel", std::to_string(header.rgb ? shape.c : 1));
    const auto index = static_cast<std::size_t>(c);
    if (!header.rgb && index < header.channels.size()) {
      const ChannelInfo& info = header.channels[index];
      if (!info.name.empty()) text += attribute("Name", xml(info.name));
      if (info.lut.size() == 256) {
        const Rgb top = info.lut[255];
        const auto rgba =
            static_cast<std::int32_t>(std::uint32_t{top.r} << 24 | std::uint32_t{top.g} << 16 |
                                      std::uint32_t{top.b} << 8 | 0xffU);
        text += attribute("Color", std::to_string(rgba));
      }
    }
    text += "/>\n";
  }
  text += "<TiffData IFD=\"0\" PlaneCount=\"" + std::to_string(shape.t * channels * shape.z) +
          "\"/>\n</Pixels>\n</Image>\n</OME>";
  return text;
}

}  // namespace karyo::io
