// make_seeds IMAGES TEXTS: small sound files of every kind, for a fuzzer to begin from.

#include <tiffio.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "core/io/image_io.h"
#include "core/io/tiff_text.h"

namespace {

using namespace karyo;

Volume ramp(VoxelType type, VolumeShape shape) {
  Volume volume(type, shape);
  for (std::size_t i = 0; i < volume.size_bytes(); ++i) {
    volume.data()[i] = static_cast<std::byte>(i / 3 % 61);
  }
  return volume;
}

bool write_own(const std::filesystem::path& folder) {
  Volume stack = ramp(VoxelType::kUInt16, {2, 2, 2, 6, 7});
  stack.grid = {1.75, 0.2, 0.2, "um", 900, "sec"};
  stack.channels.resize(2);
  stack.channels[0].name = "DNA";
  stack.channels[0].lut.assign(256, Rgb{0, 255, 0});
  Volume colour = ramp(VoxelType::kUInt8, {1, 3, 1, 6, 7});
  colour.rgb = true;
  return write_image(folder / "imagej.tif", stack) && write_image(folder / "ome.ome.tif", stack) &&
         write_image(folder / "deflate.tif", stack, {.compress = true}) &&
         write_image(folder / "rgb.tif", colour) &&
         write_image(folder / "float.tif", ramp(VoxelType::kFloat32, {1, 1, 3, 4, 5}));
}

/// What only libtiff writes: other codecs, tiles, byte orders, bit depths.
bool write_with_libtiff(const std::filesystem::path& folder) {
  struct Form {
    const char* mode;
    std::uint16_t compression, bits, samples, photometric, predictor, planar;
    bool tiled;
  };
  const Form forms[] = {
      {"wl", COMPRESSION_LZW, 16, 1, PHOTOMETRIC_MINISBLACK, 2, PLANARCONFIG_CONTIG, false},
      {"wb", COMPRESSION_LZW, 16, 1, PHOTOMETRIC_MINISBLACK, 2, PLANARCONFIG_CONTIG, true},
      {"w8", COMPRESSION_ADOBE_DEFLATE, 32, 1, PHOTOMETRIC_MINISBLACK, 3, PLANARCONFIG_CONTIG,
       true},
      {"wb8", COMPRESSION_NONE, 16, 3, PHOTOMETRIC_RGB, 1, PLANARCONFIG_SEPARATE, false},
      {"wl", COMPRESSION_PACKBITS, 8, 1, PHOTOMETRIC_PALETTE, 1, PLANARCONFIG_CONTIG, false},
      {"wl", COMPRESSION_PACKBITS, 1, 1, PHOTOMETRIC_MINISWHITE, 1, PLANARCONFIG_CONTIG, false},
      {"wl", COMPRESSION_JPEG, 8, 3, PHOTOMETRIC_YCBCR, 1, PLANARCONFIG_CONTIG, false},
      {"wl", COMPRESSION_JPEG, 8, 1, PHOTOMETRIC_MINISBLACK, 1, PLANARCONFIG_CONTIG, true},
      {"wl", COMPRESSION_ZSTD, 16, 1, PHOTOMETRIC_MINISBLACK, 1, PLANARCONFIG_CONTIG, false},
      {"wl", COMPRESSION_NONE, 12, 1, PHOTOMETRIC_MINISBLACK, 1, PLANARCONFIG_CONTIG, false},
      {"wb", COMPRESSION_NONE, 4, 1, PHOTOMETRIC_PALETTE, 1, PLANARCONFIG_CONTIG, true},
      {"wl", COMPRESSION_NONE, 8, 5, PHOTOMETRIC_MINISBLACK, 1, PLANARCONFIG_SEPARATE, true},
  };
  int number = 0;
  for (const Form& form : forms) {
    const auto path = folder / ("libtiff_" + std::to_string(number++) + ".tif");
    TIFF* tiff = TIFFOpen(path.c_str(), form.mode);
    if (tiff == nullptr) return false;
    for (int page = 0; page < 2; ++page) {
      TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 20);
      TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 18);
      TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, form.bits);
      TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, form.samples);
      TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, form.photometric);
      TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, form.planar);
      TIFFSetField(tiff, TIFFTAG_COMPRESSION, form.compression);
      if (form.predictor > 1) TIFFSetField(tiff, TIFFTAG_PREDICTOR, form.predictor);
      if (form.predictor == 3) TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
      if (form.photometric == PHOTOMETRIC_YCBCR) {
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
      }
      if (form.photometric == PHOTOMETRIC_PALETTE) {
        std::vector<std::uint16_t> map(std::size_t{1} << form.bits, 30000);
        TIFFSetField(tiff, TIFFTAG_COLORMAP, map.data(), map.data(), map.data());
      }
      if (form.tiled) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
      } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, form.compression == COMPRESSION_JPEG ? 16 : 8);
      }
      const auto chunks = form.tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
      for (std::uint32_t i = 0; i < chunks; ++i) {
        const auto whole = form.tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
        const auto last = TIFFVStripSize(tiff, 2);  // 18 rows: two remain either way
        std::vector<unsigned char> pixels(static_cast<std::size_t>(whole));
        for (std::size_t k = 0; k < pixels.size(); ++k) {
          pixels[k] = static_cast<unsigned char>(k * 7 % 97);
        }
        if (form.tiled) {
          TIFFWriteEncodedTile(tiff, i, pixels.data(), whole);
        } else {
          TIFFWriteEncodedStrip(
              tiff, i, pixels.data(),
              (i + 1) % (form.compression == COMPRESSION_JPEG ? 2 : 3) == 0 ? last : whole);
        }
      }
      TIFFWriteDirectory(tiff);
    }
    TIFFClose(tiff);
  }
  return true;
}

void write_texts(const std::filesystem::path& folder) {
  Volume stack = ramp(VoxelType::kUInt16, {2, 2, 2, 6, 7});
  stack.grid = {1.75, 0.2, 0.2, "um", 900, "sec"};
  stack.channels.resize(2);
  stack.channels[0].name = "DNA";
  stack.channels[0].lut.assign(256, Rgb{0, 255, 0});
  std::ofstream(folder / "imagej") << '\0' << io::imagej_description(stack);
  std::ofstream(folder / "ome") << '\1' << io::ome_xml(stack);
  std::ofstream(folder / "shaped") << '\2' << R"({"shape": [2, 3, 4], "axes": "ZYX"})";
  const auto tags = io::imagej_tags(stack);
  const std::size_t counts = tags.counts.size() * 4;
  const auto half = static_cast<char>(counts * 256 / (counts + tags.bytes.size()) + 1);
  std::ofstream extras(folder / "extras");
  extras << '\3' << half;
  extras.write(reinterpret_cast<const char*>(tags.counts.data()),
               static_cast<std::streamsize>(counts));
  extras.write(reinterpret_cast<const char*>(tags.bytes.data()),
               static_cast<std::streamsize>(tags.bytes.size()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: make_seeds IMAGES TEXTS\n";
    return 2;
  }
  std::filesystem::create_directories(argv[1]);
  std::filesystem::create_directories(argv[2]);
  TIFFSetWarningHandler(nullptr);
  write_texts(argv[2]);
  return write_own(argv[1]) && write_with_libtiff(argv[1]) ? 0 : 1;
}
