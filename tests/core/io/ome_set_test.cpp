// OME-TIFF images that lie in several files: any of them opens the whole image.

#include "core/io/ome_set.h"

#include <gtest/gtest.h>
#include <tiffio.h>

#include <cstdlib>
#include <fstream>

#include "core/image/paged_image.h"
#include "core/io/image_sequence.h"
#include "core/io/tiff_metadata.h"
#include "core/io/tiff_source.h"
#include "tests/core/io/io_support.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kRows = 7, kColumns = 9;

std::uint16_t value_of(int plane, std::int64_t y, std::int64_t x) {
  return static_cast<std::uint16_t>(plane * 1000 + y * 20 + x);
}

/// A TIFF of pages that hold these planes, under this text.
void write_pages(const fs::path& path, const std::string& text, const std::vector<int>& planes,
                 std::int64_t rows = kRows) {
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  ASSERT_NE(tiff, nullptr);
  for (const int plane : planes) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(kColumns));
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(rows));
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 16);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 4);
    if (plane == planes.front()) TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, text.c_str());
    for (std::int64_t y = 0; y < rows; ++y) {
      std::uint16_t row[kColumns];
      for (std::int64_t x = 0; x < kColumns; ++x) row[x] = value_of(plane, y, x);
      TIFFWriteScanline(tiff, row, static_cast<std::uint32_t>(y));
    }
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
}

std::string uuid_of(const std::string& name) {
  return "urn:uuid:" + name;
}
std::string run(const std::string& attributes, const std::string& file) {
  return "<TiffData " + attributes + "><UUID FileName=\"" + file + "\">" + uuid_of(file) +
         "</UUID></TiffData>";
}
/// T 2, C 2, Z 3, planes numbered (t * 2 + c) * 3 + z; Z runs fastest in files.
std::string image_text(const std::string& runs) {
  return "<Image ID=\"Image:0\"><Pixels DimensionOrder=\"XYZCT\" Type=\"uint16\" SizeX=\"9\" "
         "SizeY=\"7\" SizeZ=\"3\" SizeC=\"2\" SizeT=\"2\" PhysicalSizeX=\"0.25\" "
         "PhysicalSizeZ=\"2\"><Channel Name=\"DNA\"/><Channel Name=\"actin\"/>" +
         runs + "</Pixels></Image>";
}
std::string ome_text(const std::string& images, const std::string& name) {
  return "<?xml version=\"1.0\"?><OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\" "
         "UUID=\"" +
         uuid_of(name) + "\">" + images + "</OME>";
}

const char* const kFirst = "a.ome.tif";
const char* const kSecond = "b.ome.tif";
const std::string kRuns = run("FirstT=\"0\" IFD=\"0\" PlaneCount=\"6\"", kFirst) +
                          run("FirstT=\"1\" IFD=\"0\" PlaneCount=\"6\"", kSecond);

/// One file a time point, each with all of the text.
void write_by_time(const fs::path& folder, const std::string& runs = kRuns) {
  write_pages(folder / kFirst, ome_text(image_text(runs), kFirst), {0, 1, 2, 3, 4, 5});
  write_pages(folder / kSecond, ome_text(image_text(runs), kSecond), {6, 7, 8, 9, 10, 11});
}

void expect_whole(const fs::path& path) {
  SCOPED_TRACE(path.filename().string());
  const auto described = describe_image(path);
  ASSERT_TRUE(described) << described.error().what;
  EXPECT_EQ(described->format, "OME-TIFF");
  EXPECT_GE(described->files.size(), 2U);
  const auto volume = read_image(path);
  ASSERT_TRUE(volume) << volume.error().what;
  ASSERT_EQ(volume->shape(), (VolumeShape{2, 2, 3, kRows, kColumns}));
  EXPECT_EQ(volume->grid.spacing_z, 2);
  ASSERT_EQ(volume->channels.size(), 2U);
  EXPECT_EQ(volume->channels[1].name, "actin");
  for (int plane = 0; plane < 12; ++plane) {
    const auto view = volume->view<std::uint16_t>(plane / 6, plane / 3 % 2);
    for (std::int64_t y = 0; y < kRows; ++y) {
      for (std::int64_t x = 0; x < kColumns; ++x) {
        ASSERT_EQ(view(plane % 3, y, x), value_of(plane, y, x)) << plane;
      }
    }
  }
  // In pieces, and plane by plane, the same.
  const auto source = io::open_tiff_source(path);
  ASSERT_TRUE(source) << source.error().what;
  const auto pages = PagedImage::open(*source, std::make_shared<ChunkStore>());
  ASSERT_TRUE(pages);
  std::vector<std::uint16_t> read(3 * kRows * kColumns);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE((*pages)->read(0, i / 2, i % 2, Box3::of_shape({3, kRows, kColumns}),
                               reinterpret_cast<std::byte*>(read.data())));
    EXPECT_EQ(
        std::memcmp(read.data(), volume->view<std::uint16_t>(i / 2, i % 2).data(), read.size() * 2),
        0);
  }
  std::vector<std::uint16_t> firsts;
  ASSERT_TRUE(visit_planes(
      path, [&](const Volume& plane) { firsts.push_back(*plane.view<std::uint16_t>().data()); }));
  EXPECT_EQ(firsts[3], value_of(4, 0, 0));  // t 0, z 1, c 1
}

/// The error that opening ends in, whichever way.
Error refused(const fs::path& path) {
  const auto volume = read_image(path);
  const auto source = io::open_tiff_source(path);
  EXPECT_FALSE(volume);
  EXPECT_FALSE(source);
  if (volume || source) return {ErrorCode::kIo, "", ""};
  EXPECT_EQ(volume.error().what, source.error().what);
  EXPECT_FALSE(volume.error().fix.empty());
  return volume.error();
}

TEST(OmeSet, EachFileOpensTheWholeImage) {
  const test::TempDir folder;
  write_by_time(folder.path());
  expect_whole(folder / kFirst);
  expect_whole(folder / kSecond);
}

TEST(OmeSet, RunsMayLeaveOutTheirLengthAndStartAnywhere) {
  const test::TempDir folder;
  // Each plane by itself, channels in files, out of order; one file's rest is not counted.
  std::string runs = run("FirstC=\"0\" FirstT=\"1\" IFD=\"3\" PlaneCount=\"3\"", kFirst) +
                     run("FirstC=\"0\" FirstT=\"0\" IFD=\"0\" PlaneCount=\"3\"", kFirst);
  for (int z = 2; z >= 0; --z) {
    runs += run(
        "FirstC=\"1\" FirstZ=\"" + std::to_string(z) + "\" IFD=\"" + std::to_string(4 - z) + "\"",
        kSecond);
  }
  runs += run("FirstC=\"1\" FirstT=\"1\" IFD=\"5\"  PlaneCount=\"0\"", kSecond);
  write_pages(folder / kFirst, ome_text(image_text(runs), kFirst), {0, 1, 2, 6, 7, 8});
  write_pages(folder / kSecond, ome_text(image_text(runs), kSecond), {50, 51, 5, 4, 3, 9, 10, 11});
  expect_whole(folder / kFirst);
  expect_whole(folder / kSecond);
}

TEST(OmeSet, ACompanionDescribesFilesThatOnlyNameIt) {
  const test::TempDir folder;
  const std::string only =
      "<OME UUID=\"urn:uuid:x\"><BinaryOnly MetadataFile=\"set.companion.ome\" UUID=\"u\"/></OME>";
  write_pages(folder / kFirst, only, {0, 1, 2, 3, 4, 5});
  write_pages(folder / kSecond, only, {6, 7, 8, 9, 10, 11});
  std::ofstream(folder / "set.companion.ome") << ome_text(image_text(kRuns), "set");
  for (const char* name : {kFirst, kSecond, "set.companion.ome"}) {
    expect_whole(folder / name);
    EXPECT_EQ(describe_image(folder / name)->files.size(), 3U);
  }

  // A master file may be one of the set.
  write_pages(folder / "set.companion.ome", ome_text(image_text(kRuns), kFirst), {99});
  expect_whole(folder / kSecond);

  // Without it a file is read for itself, and says so.
  fs::remove(folder / "set.companion.ome");
  const auto alone = describe_image(folder / kSecond);
  ASSERT_TRUE(alone) << alone.error().what;
  EXPECT_EQ(alone->shape.z, 6);
  ASSERT_EQ(alone->notes.size(), 1U);
  EXPECT_NE(alone->notes[0].find("set.companion.ome"), std::string::npos);
}

TEST(OmeSet, ARenamedFileIsKnownByItsUuid) {
  const test::TempDir folder;
  write_by_time(folder.path());
  fs::rename(folder / kFirst, folder / "renamed.tif");
  expect_whole(folder / "renamed.tif");
  // The other cannot know.
  EXPECT_NE(refused(folder / kSecond).what.find("\"a.ome.tif\" is missing"), std::string::npos);
}

TEST(OmeSet, AMissingFileIsNamed) {
  const test::TempDir folder;
  write_by_time(folder.path());
  fs::remove(folder / kSecond);
  const Error error = refused(folder / kFirst);
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_NE(error.what.find("a set of 2 files, and \"b.ome.tif\" is missing"), std::string::npos)
      << error.what;
}

TEST(OmeSet, APlaneNamedTwiceLiesWhereItWasNamedLast) {
  const test::TempDir folder;
  const std::string runs = run("IFD=\"0\" PlaneCount=\"1\"", kFirst) +
                           run("IFD=\"1\" PlaneCount=\"12\"", kSecond);
  write_pages(folder / kFirst, ome_text(image_text(runs), kFirst), {99});
  write_pages(folder / kSecond, ome_text(image_text(runs), kSecond),
              {98, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  expect_whole(folder / kFirst);
  expect_whole(folder / kSecond);
}

TEST(OmeSet, NoNameLeadsOutOfTheFolder) {
  const test::TempDir folder;
  fs::create_directories(folder / "in");
  write_by_time(folder.path());
  for (const std::string& name : {std::string("../b.ome.tif"), (folder / kSecond).string(),
                                  std::string(".."), std::string("..\\b.ome.tif")}) {
    const std::string runs = run("FirstT=\"0\" IFD=\"0\" PlaneCount=\"6\"", kFirst) +
                             run("FirstT=\"1\" IFD=\"0\" PlaneCount=\"6\"", name);
    write_pages(folder / "in" / kFirst, ome_text(image_text(runs), kFirst), {0, 1, 2, 3, 4, 5});
    const Error error = refused(folder / "in" / kFirst);
    EXPECT_NE(error.what.find("only files of the same folder"), std::string::npos) << error.what;
    write_pages(folder / "in" / kSecond, "<OME><BinaryOnly MetadataFile=\"" + name + "\"/></OME>",
                {0});
    EXPECT_NE(refused(folder / "in" / kSecond).what.find("same folder"), std::string::npos);
  }
}

TEST(OmeSet, FilesThatDoNotFitTheTextAreErrors) {
  const test::TempDir folder;
  write_by_time(folder.path());
  const std::string text = ome_text(image_text(kRuns), kSecond);
  write_pages(folder / kSecond, text, {6, 7});  // too few pages
  EXPECT_NE(refused(folder / kFirst).what.find("files of the set have 8"), std::string::npos);
  write_pages(folder / kSecond, text, {6, 7, 8, 9, 10, 11}, 5);  // pages of another size
  EXPECT_NE(read_image(folder / kFirst).error().what.find(kSecond), std::string::npos);
  const auto source = io::open_tiff_source(folder / kFirst);
  ASSERT_TRUE(source);  // learned when the page is read
  std::vector<std::byte> plane(kRows * kColumns * 2);
  EXPECT_TRUE((*source)->read_chunk({0, 0, 0, {0, 0, 0}}, plane.data()));
  const auto read = (*source)->read_chunk({0, 1, 0, {0, 0, 0}}, plane.data());
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().what.find(kSecond), std::string::npos) << read.error().what;
  std::ofstream(folder / kSecond) << "no image";
  EXPECT_NE(refused(folder / kFirst).what.find(kSecond), std::string::npos);
  std::ofstream(folder / "x.companion.ome") << ome_text(image_text(""), "x");
  EXPECT_NE(refused(folder / "x.companion.ome").what.find("which files"), std::string::npos);
}

TEST(OmeSet, OfSeveralImagesTheOneInTheOpenedFileIsRead) {
  const test::TempDir folder;
  const auto image = [](const char* file) {
    return image_text(run("IFD=\"0\" PlaneCount=\"12\"", file));
  };
  const std::string images = image(kFirst) + image(kSecond);
  std::vector<int> planes(12), others(12);
  for (int i = 0; i < 12; ++i) {
    planes[static_cast<std::size_t>(i)] = i;
    others[static_cast<std::size_t>(i)] = 20 + i;
  }
  write_pages(folder / kFirst, ome_text(images, kFirst), planes);
  write_pages(folder / kSecond, ome_text(images, kSecond), others);
  std::ofstream(folder / "x.companion.ome") << ome_text(images, "x");
  for (const auto& [name, first] :
       {std::pair{kFirst, 0}, std::pair{kSecond, 20}, std::pair{"x.companion.ome", 0}}) {
    const auto volume = read_image(folder / name);
    ASSERT_TRUE(volume) << volume.error().what;
    EXPECT_EQ(*volume->view<std::uint16_t>().data(), value_of(first, 0, 0)) << name;
    EXPECT_EQ(describe_image(folder / name)->notes.size(), 1U);
  }
}

TEST(OmeSet, MoreFilesThanMayBeOpenAtOnce) {
  const test::TempDir folder;
  constexpr int kFiles = 300;
  std::string runs;
  for (int i = 0; i < kFiles; ++i) {
    runs += run("FirstZ=\"" + std::to_string(i) + "\" IFD=\"0\"", std::to_string(i) + ".tif");
  }
  const std::string text =
      "<OME><Image><Pixels DimensionOrder=\"XYZCT\" SizeX=\"9\" SizeY=\"7\" SizeZ=\"300\" "
      "SizeC=\"1\" SizeT=\"1\">" +
      runs + "</Pixels></Image></OME>";
  for (int i = 0; i < kFiles; ++i) write_pages(folder / (std::to_string(i) + ".tif"), text, {i});
  const auto open_files = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = open_files();
  const auto source = io::open_tiff_source(folder / "120.tif");
  ASSERT_TRUE(source) << source.error().what;
  std::vector<std::uint16_t> plane(kRows * kColumns);
  for (int z = 0; z < kFiles; ++z) {
    ASSERT_TRUE(
        (*source)->read_chunk({0, 0, 0, {z, 0, 0}}, reinterpret_cast<std::byte*>(plane.data())));
    ASSERT_EQ(plane[0], value_of(z, 0, 0));
  }
  EXPECT_LT(open_files() - before, 30);
}

TEST(OmeSet, AFolderOfItsFilesIsNoSequence) {
  const test::TempDir folder;
  const std::string runs = run("FirstT=\"0\" IFD=\"0\" PlaneCount=\"6\"", "t0.ome.tif") +
                           run("FirstT=\"1\" IFD=\"0\" PlaneCount=\"6\"", "t1.ome.tif");
  for (const int t : {0, 1}) {
    const std::string name = "t" + std::to_string(t) + ".ome.tif";
    write_pages(folder / name, ome_text(image_text(runs), name),
                {t * 6, t * 6 + 1, t * 6 + 2, t * 6 + 3, t * 6 + 4, t * 6 + 5});
  }
  expect_whole(folder / "t1.ome.tif");
  const auto plan = io::plan_sequence(folder.path());
  ASSERT_TRUE(plan);
  const auto sequence = io::open_sequence(*plan, {io::SequenceAxis::kTime});
  ASSERT_FALSE(sequence);
  EXPECT_NE(sequence.error().fix.find("Open one of the files"), std::string::npos);
}

/// Of files found by fuzzing.
TEST(OmeSet, AnImageInsideAnotherFilesNameIsNoHarm) {
  const std::string text =
      R"(<OME UUID="u:c"><Image><Pixels DimensionOrder="XYZCT" SizeX="7" SizeY="6">)"
      R"(<TiffData IFD="0"><UUID FileName="a">u:a<Image><Pixels/></Image></UUID></TiffData>)"
      R"(</Pixels></Image></OME>)";
  static_cast<void>(io::parse_ome_xml(text));
  static_cast<void>(io::find_ome_set(text, false, io::no_neighbours()));
}

TEST(OmeSet, BytesFromNoFolderHaveNoNeighbours) {
  const auto set =
      io::find_ome_set(ome_text(image_text(kRuns), kFirst), false, io::no_neighbours());
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace karyo
