#pragma once

/// A folder of three small images and a program that annotates it by commands.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "app/dataset_session.h"
#include "app/layer_commands.h"
#include "app/workspace.h"
#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo::test {

/// One run of the program.
struct Program {
  Program() {
    add_workspace_commands(commands, workspace);
    history = keep_history(commands, workspace.history());
    failures = workspace.failed.connect([this](const Error& error) { errors.push_back(error); });
  }
  Result<void> run(const std::string& id,
                   const nlohmann::json& arguments = nlohmann::json::object()) {
    auto outcome = commands.run(id, arguments);
    workspace.finish_jobs();
    return outcome;
  }
  DatasetSession& dataset() { return workspace.dataset(); }
  std::string here() { return dataset().current_item()->name; }
  LabelArray labels() { return dataset().labels()->labels().to_dense(); }
  void paint(double y, double x, int label = 1) {
    ASSERT_TRUE(run("labels.paint", {{"points", {0, y, x}}, {"size", 7}, {"label", label}}));
  }
  /// The list of regions; null: there is none.
  ShapesLayer* regions() {
    for (int i = workspace.layers().count() - 1; i >= 0; --i) {
      if (auto* shapes = dynamic_cast<ShapesLayer*>(&workspace.layers().at(i))) return shapes;
    }
    return nullptr;
  }

  Workspace workspace;
  CommandTable commands;
  Connection history, failures;
  std::vector<Error> errors;
};

/// All that a step may change of an image.
struct Snapshot {
  LabelArray labels;
  ObjectNotes notes;
  std::optional<ShapeList> regions;
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

inline Snapshot now(Program& program) {
  Snapshot snapshot{program.labels(), *program.dataset().labels()->notes(), std::nullopt};
  if (const ShapesLayer* regions = program.regions()) snapshot.regions = *regions->look().data;
  return snapshot;
}

/// Which part differs, for a person to read.
inline std::string difference(const Snapshot& a, const Snapshot& b) {
  return std::string(a.labels == b.labels ? "" : "labels ") + (a.notes == b.notes ? "" : "notes ") +
         (a.regions == b.regions ? "" : "regions");
}

/// Arguments of a command about the labels of the folder.
inline nlohmann::json of_masks(nlohmann::json arguments) {
  arguments["layer"] = "masks";
  return arguments;
}

/// images/a.tif, b.tif and c.tif, a bright disc in each.
class AnnotatedFolder : public ::testing::Test {
 protected:
  AnnotatedFolder() {
    for (const char* name : {"a", "b", "c"}) {
      Volume image(VoxelType::kUInt8, {1, 1, 1, 60, 80});
      auto view = image.view<std::uint8_t>();
      for (std::int64_t y = 0; y < 60; ++y) {
        for (std::int64_t x = 0; x < 80; ++x) {
          const std::int64_t d = (y - 30) * (y - 30) + (x - 40) * (x - 40);
          view(0, y, x) = static_cast<std::uint8_t>((d < 100 ? 200 : 20) + (x * y + name[0]) % 5);
        }
      }
      EXPECT_TRUE(write_image(folder_ / "images" / (std::string(name) + ".tif"), image));
    }
  }
  static std::string content(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  LabelArray mask(const std::string& name) {
    auto labels = read_labels(folder_ / "masks" / (name + ".tif"));
    EXPECT_TRUE(labels) << name;
    return labels ? *std::move(labels) : LabelArray();
  }
  Result<void> open(Program& program) {
    return program.run("dataset.open", {{"path", folder_.path().string()}});
  }

  TempDir folder_;
};

}  // namespace karyo::test
