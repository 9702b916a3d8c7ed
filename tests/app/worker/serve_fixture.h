#pragma once

/// What tests share that ask a worker which stays, and what annotating makes of its answers.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "app/layer_commands.h"
#include "app/mask_preview.h"
#include "app/model_objects.h"
#include "app/worker/client.h"
#include "core/io/image_io.h"
#include "tests/app/worker/built_worker.h"
#include "tests/app/worker/spot_model.h"
#include "tests/support/temp_dir.h"

namespace karyo {

using nlohmann::json;
using test::Spot;
namespace fs = std::filesystem;

class ServeTest : public ::testing::Test {
 protected:
  ServeTest() {
    test::find_built_worker();
    test::make_spot_model(model_);
    EXPECT_TRUE(write_image(image_, test::spot_image(spots_)));
  }
  Result<json> ask_candidates(worker::Client& client, const fs::path& image) {
    return client.ask("candidates",
                      {{"model", model_.string()},
                       {"image", image.string()},
                       {"least", 0.3},
                       {"output", (folder_ / "c.safetensors").string()}},
                      control_);
  }
  /// A picture that the worker looks at for seconds.
  fs::path large_image() const {
    Volume large(VoxelType::kUInt8, {1, 1, 1, 5000, 5000});
    const auto path = folder_ / "large.tif";
    EXPECT_TRUE(write_image(path, large));
    return path;
  }

  test::TempDir folder_;
  fs::path model_ = folder_ / "model", image_ = folder_ / "image.tif";
  const std::vector<Spot> spots_{{20, 22}, {70, 60}};
  TaskControl control_;
};

/// A workspace with the spots and empty labels.
class ModelCommandsTest : public ServeTest {
 protected:
  ModelCommandsTest() {
    add_workspace_commands(commands_, workspace_);
    history_ = keep_history(commands_, workspace_.history());
    settled_ = settle_before(commands_, workspace_);
    failed_ = workspace_.failed.connect([this](const Error& error) { errors_.push_back(error); });
    workspace_.layers().add(
        std::make_shared<ImageLayer>("image", std::make_shared<Volume>(test::spot_image(spots_))));
    EXPECT_TRUE(run("layer.new_labels", {{"name", "masks"}}));
  }
  Result<void> run(const std::string& id, const json& arguments = json::object()) {
    auto outcome = commands_.run(id, arguments);
    while (workspace_.busy()) workspace_.finish_jobs();
    return outcome;
  }
  LabelArray all() {
    return dynamic_cast<LabelsLayer&>(*workspace_.layers().selected()).labels().to_dense();
  }
  std::uint32_t at(const Spot& spot) { return all()(0, spot.y, spot.x); }

  Workspace workspace_;
  CommandTable commands_;
  Connection history_, settled_, failed_;
  std::vector<Error> errors_;
};

}  // namespace karyo
