#include "core/layers/colormaps.h"

#include <algorithm>
#include <cstdint>

namespace karyo {
namespace {

// Every 255/31th entry of the published tables (matplotlib, CC0), as 0xRRGGBB; straight lines
// between them stay within 2 of 255 of the originals.
constexpr std::array<std::uint32_t, 32> kMagma{
    0x000004, 0x030312, 0x0a0822, 0x140e36, 0x1e1149, 0x2a115c, 0x38106c, 0x471078,
    0x54137d, 0x601880, 0x6d1d81, 0x792282, 0x882781, 0x942c80, 0xa1307e, 0xae347b,
    0xbd3977, 0xca3e72, 0xd6456c, 0xe24d66, 0xec5860, 0xf3655c, 0xf8745c, 0xfb835f,
    0xfd9266, 0xfea36f, 0xfeb27a, 0xfec185, 0xfecf92, 0xfde0a1, 0xfceeb0, 0xfcfdbf,
};
constexpr std::array<std::uint32_t, 32> kViridis{
    0x440154, 0x470d60, 0x48186a, 0x482475, 0x472e7c, 0x453882, 0x424186, 0x3e4c8a,
    0x3a548c, 0x365d8d, 0x32658e, 0x2e6d8e, 0x2b758e, 0x287d8e, 0x25848e, 0x228c8d,
    0x1f948c, 0x1e9c89, 0x20a386, 0x25ab82, 0x2eb37c, 0x3aba76, 0x48c16e, 0x58c765,
    0x69cd5b, 0x7fd34e, 0x93d741, 0xa8db34, 0xbddf26, 0xd5e21a, 0xeae51a, 0xfde725,
};
constexpr std::array<std::uint32_t, 32> kInferno{
    0x000004, 0x040312, 0x0b0724, 0x160b39, 0x230c4c, 0x310a5c, 0x3e0966, 0x4d0d6c,
    0x5a116e, 0x67166e, 0x741a6e, 0x801f6c, 0x8f2469, 0x9b2964, 0xa82e5f, 0xb43359,
    0xc13a50, 0xcc4248, 0xd74b3f, 0xe05536, 0xe9612b, 0xef6e21, 0xf57b17, 0xf8890c,
    0xfb9706, 0xfca80d, 0xfbb81d, 0xf9c72f, 0xf6d746, 0xf2e865, 0xf3f586, 0xfcffa4,
};

// ImageJ's "Fire" (public domain), 32 anchors that it joins by straight lines.
constexpr std::array<std::uint32_t, 32> kFire{
    0x000000, 0x00003d, 0x010060, 0x190082, 0x3100a5, 0x4900c0, 0x6200dc, 0x7a00e3,
    0x9200d2, 0xa200b5, 0xad0097, 0xb8007a, 0xc3005d, 0xcf0e40, 0xd92323, 0xe53905,
    0xf04f00, 0xfc6500, 0xff7500, 0xff8500, 0xff9300, 0xffa100, 0xffaf00, 0xffbe00,
    0xffcd00, 0xffdb00, 0xffea00, 0xfff823, 0xffff62, 0xffffa0, 0xffffdf, 0xffffff,
};

Rgb rgb_of(std::uint32_t hex) {
  return {static_cast<std::uint8_t>(hex >> 16), static_cast<std::uint8_t>(hex >> 8),
          static_cast<std::uint8_t>(hex)};
}

std::uint8_t mix(std::uint8_t a, std::uint8_t b, double part) {
  return static_cast<std::uint8_t>(a + (b - a) * part + 0.5);
}

Rgb mix(Rgb a, Rgb b, double part) {
  return {mix(a.r, b.r, part), mix(a.g, b.g, part), mix(a.b, b.b, part)};
}

ColorTable between(const std::array<std::uint32_t, 32>& anchors) {
  ColorTable table;
  const auto place = [](int anchor) { return (anchor * 255 * 2 + 31) / 62; };
  for (int anchor = 0; anchor < 31; ++anchor) {
    const int first = place(anchor), last = place(anchor + 1);
    for (int i = first; i <= last; ++i) {
      table[static_cast<std::size_t>(i)] =
          mix(rgb_of(anchors[static_cast<std::size_t>(anchor)]),
              rgb_of(anchors[static_cast<std::size_t>(anchor) + 1]),
              static_cast<double>(i - first) / (last - first));
    }
  }
  return table;
}

/// As ImageJ joins its short tables: entry i lies at i x 32 / 256 of the anchors.
ColorTable fire() {
  ColorTable table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::size_t anchor = i / 8;
    table[i] = mix(rgb_of(kFire[anchor]), rgb_of(kFire[std::min<std::size_t>(31, anchor + 1)]),
                   static_cast<double>(i % 8) / 8);
  }
  return table;
}

ColorTable ramp(int r, int g, int b) {
  ColorTable table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto part = [&](int on) { return static_cast<std::uint8_t>(on ? i : 0); };
    table[i] = {part(r), part(g), part(b)};
  }
  return table;
}

/// Grey, with what is cut off at the ends in blue and red.
ColorTable hilo() {
  ColorTable table = ramp(1, 1, 1);
  table.front() = {0, 0, 255};
  table.back() = {255, 0, 0};
  return table;
}

struct Entry {
  std::string_view name;
  ColorTable (*make)();
};

constexpr std::array<Entry, 12> kEntries{{
    {"gray", [] { return ramp(1, 1, 1); }},
    {"magma", [] { return between(kMagma); }},
    {"viridis", [] { return between(kViridis); }},
    {"inferno", [] { return between(kInferno); }},
    {"cyan", [] { return ramp(0, 1, 1); }},
    {"magenta", [] { return ramp(1, 0, 1); }},
    {"yellow", [] { return ramp(1, 1, 0); }},
    {"red", [] { return ramp(1, 0, 0); }},
    {"green", [] { return ramp(0, 1, 0); }},
    {"blue", [] { return ramp(0, 0, 1); }},
    {"fire", fire},
    {"hilo", hilo},
}};

Colormap made(const Entry& entry) {
  return {std::string(entry.name), std::make_shared<const ColorTable>(entry.make())};
}

bool has_table(const ChannelInfo& channel) { return channel.lut.size() == 256; }

}  // namespace

const std::vector<std::string>& colormap_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& entry : kEntries) list.emplace_back(entry.name);
    return list;
  }();
  return names;
}

Result<Colormap> colormap(std::string_view name) {
  std::string known;
  for (const auto& entry : kEntries) {
    if (entry.name == name) return made(entry);
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  return Error(ErrorCode::kInvalidArgument, "unknown colormap \"" + std::string(name) + "\"",
               "Use one of " + known + ".");
}

ColorTable reversed(const ColorTable& table) {
  ColorTable other;
  std::reverse_copy(table.begin(), table.end(), other.begin());
  return other;
}

Colormap gray_colormap() { return made(kEntries[0]); }

Colormap colormap_of(const ChannelInfo& channel) {
  if (!has_table(channel)) return gray_colormap();
  ColorTable table;
  std::copy(channel.lut.begin(), channel.lut.end(), table.begin());
  if (table == ramp(1, 1, 1)) return gray_colormap();
  return {"file", std::make_shared<const ColorTable>(table)};
}

Colormap default_colormap(const Volume& volume, std::int64_t channel) {
  const auto number = static_cast<std::size_t>(channel);
  if (number < volume.channels.size() && has_table(volume.channels[number])) {
    return colormap_of(volume.channels[number]);
  }
  if (volume.shape().c <= 1) return gray_colormap();
  constexpr std::size_t kFirstColor = 4, kColors = 6;  // cyan .. blue above
  return made(kEntries[kFirstColor + number % kColors]);
}

}  // namespace karyo
