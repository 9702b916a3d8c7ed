// make_seeds FOLDER: small sound files of every kind, for a fuzzer to begin from; one folder a
// target.

#include <tiffio.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "annotation/journal_codec.h"
#include "annotation/journal_database.h"
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
  const auto header = io::header_with_ranges(stack);
  std::ofstream(folder / "imagej") << '\0' << io::imagej_description(header);
  std::ofstream(folder / "ome") << '\1' << io::ome_xml(header);
  std::ofstream(folder / "shaped") << '\2' << R"({"shape": [2, 3, 4], "axes": "ZYX"})";
  const auto tags = io::imagej_tags(header);
  const std::size_t counts = tags.counts.size() * 4;
  const auto half = static_cast<char>(counts * 256 / (counts + tags.bytes.size()) + 1);
  std::ofstream extras(folder / "extras");
  extras << '\3' << half;
  extras.write(reinterpret_cast<const char*>(tags.counts.data()),
               static_cast<std::streamsize>(counts));
  extras.write(reinterpret_cast<const char*>(tags.bytes.data()),
               static_cast<std::streamsize>(tags.bytes.size()));
}

/// The OME-XML of two files a and bb, of one page each, as each of them or a companion holds it.
std::string set_text(const char* uuid) {
  return std::string("<OME UUID=\"") + uuid +
         R"("><Image><Pixels DimensionOrder="XYZCT" SizeX="7" SizeY="6" SizeZ="2" SizeC="1")"
         R"( SizeT="1"><TiffData IFD="0"><UUID FileName="a">u:a</UUID></TiffData>)"
         R"(<TiffData FirstZ="1" IFD="0"><UUID FileName="bb">u:b</UUID></TiffData></Pixels></Image>)"
         R"(</OME>)";
}

std::string page_with(const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() / "make_seeds_page.tif";
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  if (tiff == nullptr) return "";
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 7);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 6);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, text.c_str());
  char row[7] = "123456";
  for (std::uint32_t y = 0; y < 6; ++y) TIFFWriteScanline(tiff, row, y);
  TIFFClose(tiff);
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  std::filesystem::remove(path);
  return bytes;
}

/// As fuzz_ome_set takes them.
void write_sets(const std::filesystem::path& folder) {
  const auto write = [&](const char* name, const std::string& first, const std::string& second) {
    const std::size_t cut = (first.size() * 65536 + 65535) / (first.size() + second.size());
    std::ofstream(folder / name, std::ios::binary)
        << static_cast<char>(cut >> 8) << static_cast<char>(cut) << first << second;
  };
  const std::string only = R"(<OME UUID="u:a"><BinaryOnly MetadataFile="bb" UUID="u:b"/></OME>)";
  write("whole", page_with(set_text("u:a")), page_with(set_text("u:b")));
  write("only", page_with(only), page_with(set_text("u:b")));
  write("companion", set_text("u:c"), page_with(only));
  write("only_companion", page_with(only), set_text("u:c"));
}

const char* const kZarr2 =
    R"({"zarr_format":2,"shape":[3,5],"chunks":[2,4],"dtype":">u2","compressor":{"id":"zlib"},)"
    R"("fill_value":7,"order":"F","filters":null,"dimension_separator":"/"})";
const char* const kZarr3 =
    R"({"zarr_format":3,"node_type":"array","shape":[3,5],"data_type":"uint16",)"
    R"("chunk_grid":{"name":"regular","configuration":{"chunk_shape":[2,4]}},)"
    R"("chunk_key_encoding":{"name":"default","configuration":{"separator":"/"}},)"
    R"("fill_value":"NaN","dimension_names":["y","x"],"codecs":[)"
    R"({"name":"transpose","configuration":{"order":[1,0]}},)"
    R"({"name":"bytes","configuration":{"endian":"little"}},{"name":"zstd"}]})";
const char* const kShards =
    R"({"zarr_format":3,"shape":[4,8],"data_type":"int8",)"
    R"("chunk_grid":{"name":"regular","configuration":{"chunk_shape":[4,8]}},"fill_value":0,)"
    R"("codecs":[{"name":"sharding_indexed","configuration":{"chunk_shape":[2,4],)"
    R"("codecs":[{"name":"bytes"}],"index_codecs":[{"name":"bytes"},{"name":"crc32c"}],)"
    R"("index_location":"end"}}]})";
const char* const kOmeZarr =
    R"({"multiscales":[{"axes":[{"name":"angle"},{"name":"c","type":"channel"},)"
    R"({"name":"depth","type":"space","unit":"micrometer"},"y","x"],"datasets":[{"path":"0",)"
    R"("coordinateTransformations":[{"type":"scale","scale":[1,1,2,0.5,0.5]},)"
    R"({"type":"translation","translation":[0,0,1,0,0]}]},{"path":"1"}]}],)"
    R"("omero":{"channels":[{"label":"DNA","color":"00FF00","window":{"start":0,"end":9}}]},)"
    R"("image-label":{}})";

void write_zarr(const std::filesystem::path& metadata, const std::filesystem::path& chunks) {
  std::ofstream(metadata / "v2") << '\0' << kZarr2;
  std::ofstream(metadata / "v3") << '\1' << kZarr3;
  std::ofstream(metadata / "shards") << '\1' << kShards;
  std::ofstream(metadata / "ome") << '\2' << kOmeZarr;
  const std::string voxels("abcdefghijklmnop");
  std::string packed(200, '\0');
  uLongf size = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(voxels.data()), voxels.size());
  std::ofstream(chunks / "v2") << '2' << kZarr2 << '\0' << packed.substr(0, size);
  const std::size_t had =
      ZSTD_compress(packed.data(), packed.size(), voxels.data(), voxels.size(), 3);
  std::ofstream(chunks / "v3") << '3' << kZarr3 << '\0' << packed.substr(0, had);
  // Two chunks of eight voxels, and an index that lacks the other two.
  std::string index(64, '\xff');
  for (std::size_t i = 0; i < 2; ++i) {
    index.replace(i * 48, 16, std::string(16, '\0'));
    index[i * 48] = static_cast<char>(i * 8);
    index[i * 48 + 8] = 8;
  }
  std::ofstream(chunks / "shards") << '3' << kShards << '\0' << voxels << index << "CRC!";
}

/// Two steps of labels and notes, one of them undone.
bool write_journals(const std::filesystem::path& files, const std::filesystem::path& payloads) {
  LabelVolume labels({2, 70, 130});
  LabelWriter writer(labels);
  for (std::int64_t y = 10; y < 70; ++y) {
    writer.set_row({1, y, 40}, 50, 7, [](std::uint32_t) { return true; });
  }
  JournalStep step{"Paint", "{}", 1, {}, {{"object/7", std::nullopt, "{}"}, {"a", "b", "c"}}};
  step.labels.push_back(change_of(1, {{1, 10, 40}, {2, 70, 90}}, writer.finish(), labels));
  const std::string part = pack(split_into_parts(step)[0]);
  std::ofstream(payloads / "part") << '\0' << part;
  std::string raw(ZSTD_getFrameContentSize(part.data(), part.size()), '\0');
  ZSTD_decompress(raw.data(), raw.size(), part.data(), part.size());
  std::ofstream(payloads / "tiles") << '\2' << raw.substr(0, 200);
  std::ofstream(payloads / "notes") << '\3' << pack(step.notes);
  std::ofstream(payloads / "packed_notes") << '\4' << pack(step.notes);
  const std::filesystem::path path = files / "made.db";
  {
    auto database =
        JournalDatabase::open_for_writing(path, JournalDatabase::Safety::kNetwork, nullptr);
    if (!database || !database->put_image({1, "a", "done", 2.5, 2, labels.shape()}) ||
        !database->put_mask(1, {0, std::nullopt}) || !database->put_setting("classes", "[]") ||
        !database->put_step(1, 1, step) || !database->put_entry(1, {1, 1, 1, true}) ||
        !database->put_step(1, 2, step) || !database->put_entry(1, {2, 2, 2, true}) ||
        !database->put_entry(1, {3, 2, 2, false})) {
      return false;
    }
  }
  std::ifstream made(path, std::ios::binary);
  std::ofstream(files / "file", std::ios::binary) << 'D' << made.rdbuf();
  std::filesystem::remove(path);
  // A step of a part, and that it was done; see fuzz_journal.cpp.
  const char step_row[] = {'R', 3, 1, 0, 1, 2, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0};
  const char log_row[] = {0, 1, 1, 1, 1};
  std::ofstream(files / "rows", std::ios::binary)
      .write(step_row, sizeof step_row)
      .write(log_row, sizeof log_row);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_seeds FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder(argv[1]);
  for (const char* target : {"images", "texts", "ome_sets", "zarr_metadata", "zarr_chunks",
                             "journals", "journal_payloads"}) {
    std::filesystem::create_directories(folder / target);
  }
  TIFFSetWarningHandler(nullptr);
  write_texts(folder / "texts");
  write_sets(folder / "ome_sets");
  write_zarr(folder / "zarr_metadata", folder / "zarr_chunks");
  if (!write_journals(folder / "journals", folder / "journal_payloads")) return 1;
  return write_own(folder / "images") && write_with_libtiff(folder / "images") ? 0 : 1;
}
