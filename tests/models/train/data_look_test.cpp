#include "models/train/data_look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karyo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Discs of one diameter on a dark ground; brightness 1 is 8-bit.
struct Picture {
  Volume image;
  LabelArray labels;
};
Picture picture(double diameter, double bright, double spacing) {
  constexpr std::int64_t kExtent = 256;
  Picture made{Volume(VoxelType::kFloat32, {1, 1, 1, kExtent, kExtent}),
               LabelArray({1, kExtent, kExtent})};
  if (spacing > 0) {
    made.image.grid.spacing_y = made.image.grid.spacing_x = spacing;
    made.image.grid.unit = "um";
  }
  auto view = made.image.view<float>(0, 0);
  std::uint32_t id = 0;
  for (std::int64_t cy = 32; cy < kExtent; cy += 64) {
    for (std::int64_t cx = 32; cx < kExtent; cx += 64) {
      ++id;
      for (std::int64_t y = cy - 31; y < cy + 32; ++y) {
        for (std::int64_t x = cx - 31; x < cx + 32; ++x) {
          const auto dy = static_cast<double>(y - cy), dx = static_cast<double>(x - cx);
          if (dy * dy + dx * dx > diameter * diameter / 4) continue;
          made.labels(0, y, x) = id;
          view(0, y, x) = static_cast<float>(200 * bright);
        }
      }
    }
  }
  for (std::int64_t i = 0; i < made.labels.count(); ++i) {
    view.row(0, 0)[i] += static_cast<float>((10 + static_cast<double>(i % 7)) * bright);
  }
  return made;
}

DataLook look_at_picture(double diameter, double bright, double spacing) {
  const Picture made = picture(diameter, bright, spacing);
  LookGatherer gatherer;
  gatherer.add_image(made.image);
  gatherer.add_labels(made.labels.view());
  return gatherer.look();
}

TEST(DataLook, MeasuresObjectsIntensitiesAndVoxels) {
  const DataLook look = look_at_picture(22, 1, 0.5);
  EXPECT_EQ(look.images, 1);
  EXPECT_EQ(look.objects, 16);
  EXPECT_NEAR(look.diameter, 22, 0.7);
  ASSERT_EQ(look.channels.size(), 1u);
  EXPECT_NEAR(look.channels[0].low, 10, 1);
  EXPECT_NEAR(look.channels[0].middle, 13, 2);
  EXPECT_NEAR(look.channels[0].high, 215, 3);
  EXPECT_DOUBLE_EQ(look.spacing_xy, 0.5);
  EXPECT_EQ(look.unit, "um");
}

TEST(DataLook, ReadsBackFromJson) {
  const DataLook look = look_at_picture(22, 1, 0.5);
  const DataLook back = look_from_json(to_json(look));
  EXPECT_EQ(to_json(back), to_json(look));
  EXPECT_EQ(look_from_json(nlohmann::ordered_json("nonsense")).images, 0);
  EXPECT_EQ(look_from_json(nlohmann::ordered_json::object()).images, 0);
}

TEST(DataLook, AlikeDataGiveNoWord) {
  const DataLook model = look_at_picture(22, 1, 0.5);
  EXPECT_THAT(differences(model, look_at_picture(26, 3, 0.6)), IsEmpty());
  EXPECT_THAT(differences({}, model), IsEmpty()) << "nothing is known of the model";
  EXPECT_THAT(differences(model, {}), IsEmpty());
}

TEST(DataLook, UnlikeDataAreToldWithNumbers) {
  const DataLook model = look_at_picture(22, 1, 0.5);
  EXPECT_THAT(differences(model, look_at_picture(46, 1, 0.5)),
              ElementsAre(testing::AllOf(HasSubstr("22"), HasSubstr("46"), HasSubstr("scale"))));
  EXPECT_THAT(differences(model, look_at_picture(22, 1, 2)),
              ElementsAre(testing::AllOf(HasSubstr("0.5 um"), HasSubstr("2 um"))));
  EXPECT_THAT(differences(model, look_at_picture(22, 100, 0.5)),
              ElementsAre(HasSubstr("exposure")));
  DataLook inverted = model;
  inverted.channels[0].middle = 205;
  EXPECT_THAT(differences(model, inverted), ElementsAre(HasSubstr("inverted")));
  DataLook two = model;
  two.channels.push_back(two.channels[0]);
  EXPECT_THAT(differences(model, two), ElementsAre(HasSubstr("channels")));
}

}  // namespace
}  // namespace karyo
