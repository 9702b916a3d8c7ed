#include "core/io/imagej_roi.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

std::vector<std::byte> bytes_of(const std::filesystem::path& path) {
  const auto content = read_file(path);
  if (!content) throw std::runtime_error(content.error().what);
  const auto bytes = std::as_bytes(std::span(content->data(), content->size()));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::filesystem::path> roi_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".roi") files.push_back(entry.path());
  }
  return files;
}

std::map<std::string, std::string> fields_of(const std::string& line) {
  std::map<std::string, std::string> fields;
  std::stringstream parts(line);
  std::string part;
  while (std::getline(parts, part, '\t')) {
    const auto equals = part.find('=');
    if (equals != std::string::npos) fields[part.substr(0, equals)] = part.substr(equals + 1);
  }
  return fields;
}

std::vector<double> numbers_in(const std::string& list) {
  std::vector<double> numbers;
  std::stringstream parts(list.substr(1));
  double number = 0;
  while (parts >> number) {
    numbers.push_back(number);
    parts.ignore(2);
  }
  return numbers;
}

TEST(ImageJRoiGolden, FieldsAreReadAsImageJReadsThem) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/imagej";
  std::ifstream table(folder / "rois_decoded.tsv");
  std::string line;
  int compared = 0;
  while (std::getline(table, line)) {
    const std::string file = line.substr(0, line.find('\t'));
    auto fields = fields_of(line);
    const auto roi = parse_roi(bytes_of(folder / "rois" / file));
    ASSERT_TRUE(roi) << file << ": " << roi.error().what;
    EXPECT_EQ(roi->name, fields["name"]);
    EXPECT_EQ(std::to_string(roi->position), fields["pos"]) << file;
    EXPECT_EQ(std::to_string(roi->c), fields["c"]) << file;
    EXPECT_EQ(std::to_string(roi->t), fields["t"]) << file;
    EXPECT_EQ(std::to_string(roi->group), fields["group"]) << file;
    if (roi->type != RoiType::kPoint) {
      EXPECT_FLOAT_EQ(roi->stroke_width, std::stof(fields["stroke"])) << file;
    }
    ++compared;
    // Points as stored; ImageJ lists fitted curves and closed composites otherwise.
    const bool plain = roi->points.size() > 1 && (roi->options & 1) == 0;
    if (!plain || roi->subtype == RoiSubtype::kEllipse) continue;
    const auto xs = numbers_in(fields["x"]), ys = numbers_in(fields["y"]);
    EXPECT_EQ(std::to_string(roi->points.size()), fields["n"]) << file;
    for (std::size_t i = 0; i < std::min(xs.size(), roi->points.size()); ++i) {
      EXPECT_NEAR(roi->points[i].x, xs[i], 1e-5) << file << " " << i;
      EXPECT_NEAR(roi->points[i].y, ys[i], 1e-5) << file << " " << i;
    }
  }
  EXPECT_EQ(compared, 24);
}

TEST(ImageJRoiGolden, WritingAndReadingAgainLosesNothing) {
  KARYO_NEEDS_SHARED();
  int compared = 0;
  for (const auto* folder : {"golden/imagej/rois", "data/rois/single"}) {
    for (const auto& file : roi_files(test::shared_dir() / folder)) {
      const auto roi = parse_roi(bytes_of(file));
      ASSERT_TRUE(roi) << file << ": " << roi.error().what;
      const auto written = format_roi(*roi);
      ASSERT_TRUE(written) << file;
      const auto again = parse_roi(*written);
      ASSERT_TRUE(again) << file << ": " << again.error().what;
      EXPECT_TRUE(*again == *roi) << file;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 24 + 18);
}

TEST(ImageJRoiGolden, AreasEqualImageJsMeasurements) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/imagej";
  std::ifstream table(folder / "rois_measured_on_nuclei_u16.csv");
  std::string line;
  std::getline(table, line);
  int compared = 0;
  while (std::getline(table, line)) {
    std::stringstream columns(line);
    std::string file, area;
    std::getline(columns, file, ',');
    std::getline(columns, area, ',');
    const auto roi = parse_roi(bytes_of(folder / "rois" / file));
    ASSERT_TRUE(roi) << file;
    const auto paths = roi_paths(*roi);
    if (paths.empty()) continue;
    if ((roi->options & 1) != 0) continue;  // a fitted curve; straight edges here
    std::int64_t pixels = 0;
    fill_paths(paths, 192, 208, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      pixels += end - begin;
    });
    EXPECT_EQ(pixels, std::llround(std::stod(area))) << file;
    ++compared;
  }
  EXPECT_GE(compared, 12);
}

Roi random_roi(Random& random) {
  Roi roi;
  roi.name = random.below(2) == 0 ? "Kern µ 核 \xF0\x9F\x94\xAC" : "nucleus";
  static constexpr RoiType kTypes[] = {RoiType::kPolygon, RoiType::kFreehand, RoiType::kTraced,
                                       RoiType::kPoint, RoiType::kRectangle, RoiType::kOval};
  roi.type = kTypes[random.below(6)];
  roi.left = static_cast<std::int16_t>(random.below(1000));
  roi.top = static_cast<std::int16_t>(random.below(1000));
  roi.right = static_cast<std::int16_t>(roi.left + 50);
  roi.bottom = static_cast<std::int16_t>(roi.top + 60);
  roi.subpixel = random.below(2) == 0;
  const bool pointed = roi.type != RoiType::kRectangle && roi.type != RoiType::kOval;
  for (std::int64_t i = 0; pointed && i < 1 + random.below(40); ++i) {
    const double step = roi.subpixel ? 0.25 : 1.0;
    roi.points.push_back({roi.left + step * static_cast<double>(random.below(50)),
                          roi.top + step * static_cast<double>(random.below(50))});
    if (roi.type == RoiType::kPoint) {
      roi.counters.push_back(static_cast<std::uint32_t>(random.below(100000)));
    }
  }
  if (!pointed && roi.subpixel) roi.geometry = {1.5F, 2.25F, 30.F, 40.125F};
  roi.position = static_cast<std::int32_t>(random.below(5));
  roi.c = static_cast<std::int32_t>(random.below(3));
  roi.z = static_cast<std::int32_t>(random.below(100000));
  roi.t = static_cast<std::int32_t>(random.below(3));
  roi.stroke_width = (roi.type == RoiType::kPoint ? 1.F : 0.5F) * static_cast<float>(random.below(9));
  roi.stroke_color = static_cast<std::uint32_t>(random.next());
  roi.fill_color = static_cast<std::uint32_t>(random.next());
  roi.group = static_cast<std::uint16_t>(random.below(60000));
  roi.options = static_cast<std::uint16_t>(random.below(2) * 8192);
  if (roi.type == RoiType::kRectangle) roi.arc_size = static_cast<std::int16_t>(random.below(20));
  roi.properties = "label: 7\nkind: späte Mitose\n";
  return roi;
}

TEST(ImageJRoi, AnythingWrittenIsReadBackTheSame) {
  Random random(21);
  for (int round = 0; round < 300; ++round) {
    const Roi roi = random_roi(random);
    const auto written = format_roi(roi);
    ASSERT_TRUE(written);
    const auto again = parse_roi(*written);
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_TRUE(*again == roi) << round;
  }
}

TEST(ImageJRoi, CutAndFlippedBytesGiveErrorsOrRoisButNoCrash) {
  Random random(22);
  for (int round = 0; round < 300; ++round) {
    auto bytes = *format_roi(random_roi(random));
    if (round % 2 == 0) {
      bytes.resize(static_cast<std::size_t>(random.below(static_cast<std::int64_t>(bytes.size()))));
    }
    for (int i = 0; i < 4 && !bytes.empty(); ++i) {
      bytes[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(bytes.size())))] =
          static_cast<std::byte>(random.below(256));
    }
    const auto roi = parse_roi(bytes);
    if (!roi) {
      EXPECT_FALSE(roi.error().what.empty());
      continue;
    }
    fill_paths(roi_paths(*roi), 100, 100, [](std::int64_t y, std::int64_t begin, std::int64_t end) {
      EXPECT_TRUE(y >= 0 && y < 100 && begin >= 0 && begin < end && end <= 100);
    });
  }
}

TEST(ImageJRoi, EachKindOfDamageIsNamed) {
  Roi roi;
  roi.type = RoiType::kPolygon;
  roi.points = {{0, 0}, {5, 0}, {5, 5}};
  const auto good = *format_roi(roi);
  const auto error_after = [&](std::size_t at, std::vector<int> values) {
    auto bytes = good;
    for (const int value : values) bytes[at++] = static_cast<std::byte>(value);
    const auto parsed = parse_roi(bytes);
    return parsed ? std::string("read") : parsed.error().what;
  };
  EXPECT_NE(error_after(0, {'X'}).find("Iout"), std::string::npos);
  EXPECT_NE(error_after(6, {99}).find("type 99"), std::string::npos);
  EXPECT_NE(error_after(16, {255, 255}).find("65535 points"), std::string::npos);
  EXPECT_NE(error_after(36, {0x3B, 0x9A, 0xCA, 0}).find("composite"), std::string::npos);
  EXPECT_NE(error_after(60, {0x7F, 255, 255, 255}).find("second header"), std::string::npos);
  EXPECT_NE(error_after(60, {0x80, 0, 0, 0}).find("second header"), std::string::npos);
  EXPECT_FALSE(parse_roi({}));
}

TEST(ImageJRoi, PropertiesAreFoundByKey) {
  Roi roi;
  roi.properties = "a: 1\nlabel:  70000\nb:\n";
  EXPECT_EQ(roi.property("label"), "70000");
  EXPECT_EQ(roi.property("a"), "1");
  EXPECT_EQ(roi.property("b"), "");
  EXPECT_EQ(roi.property("lab"), "");
}

TEST(FillPaths, CoversPixelsWhoseCentresAreInside) {
  const auto pixels = [](const std::vector<PathF>& paths) {
    std::int64_t count = 0;
    fill_paths(paths, 50, 50, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      count += end - begin;
    });
    return count;
  };
  EXPECT_EQ(pixels({{{2, 3}, {7, 3}, {7, 9}, {2, 9}}}), 30);
  // A hole, and a part beyond the image.
  EXPECT_EQ(pixels({{{0, 0}, {10, 0}, {10, 10}, {0, 10}}, {{2, 2}, {2, 4}, {4, 4}, {4, 2}}}), 96);
  EXPECT_EQ(pixels({{{-5, -5}, {3, -5}, {3, 2}, {-5, 2}}}), 6);
  // Corners far beyond any image: the half above the diagonal.
  EXPECT_EQ(pixels({{{0, 0}, {1e30, 0}, {1e30, 1e30}}}), 50 * 49 / 2);
  EXPECT_EQ(pixels({{{1, 1}, {2, 2}}}), 0);
}

}  // namespace
}  // namespace karyo
