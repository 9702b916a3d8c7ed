// Undo of an annotated folder beside a plain model of it.

#include <map>
#include <memory>
#include <set>

#include "core/base/random.h"
#include "tests/app/annotated_folder.h"

namespace karyo {
namespace {

using nlohmann::json;
using test::difference;
using test::now;
using test::of_masks;
using test::Program;
using test::Snapshot;
namespace fs = std::filesystem;

/// Random work on three images with switches, undo, redo and restarts, beside a plain model of it.
class RandomWork {
 public:
  RandomWork(std::uint64_t seed, fs::path folder) : random_(seed), folder_(std::move(folder)) {
    restart();
  }

  void work(int pieces) {
    for (int piece = 0; piece < pieces && !testing::Test::HasFailure(); ++piece) {
      SCOPED_TRACE("piece " + std::to_string(piece));
      switch (random_.below(12)) {
        case 0:
          static_cast<void>(program_->run("dataset.next"));
          break;
        case 1:
          static_cast<void>(program_->run("dataset.previous"));
          break;
        case 2:
          if (random_.below(2) == 0) {
            ASSERT_TRUE(program_->dataset().close());
          }
          restart();
          break;
        case 3:
        case 4:
          undo();
          break;
        case 5:
          redo();
          break;
        default:
          do_something();
      }
      look();
    }
    EXPECT_TRUE(program_->errors.empty());
  }

  /// All of it back, then all of it again; the program ends now and then meanwhile.
  void all_back_and_forth() {
    travel("edit.undo");
    for (auto& [name, image] : images_) image.at = 0;
    look_at_all();
    restart();
    look_at_all();
    travel("edit.redo");
    for (auto& [name, image] : images_) image.at = image.states.size() - 1;
    look_at_all();
    restart();
    look_at_all();
  }

 private:
  struct Image {
    std::vector<Snapshot> states;
    std::size_t at = 0;
    bool own_classes = false;  // else the folder's list holds
  };

  void restart() {
    program_ = nullptr;
    program_ = std::make_unique<Program>();
    ASSERT_TRUE(program_->run("dataset.open", {{"path", folder_.string()}}));
  }

  Image& here() {
    Image& image = images_[program_->here()];
    if (image.states.empty()) image.states.push_back(now(*program_));
    return image;
  }

  void look() {
    Image& image = here();
    const Snapshot found = now(*program_);
    Snapshot expected = image.states[image.at];
    if (!image.own_classes) expected.notes.classes = found.notes.classes;
    ASSERT_EQ(difference(found, expected), "") << program_->here() << " after " << image.at;
  }

  void look_at_all() {
    for (const auto& [name, image] : images_) {
      if (program_->here() != name) {
        ASSERT_TRUE(program_->run("dataset.go_to", {{"image", name}}));
      }
      look();
    }
  }

  void travel(const std::string& command) {
    for (int steps = 0; program_->run(command); ++steps) {
      ASSERT_LT(steps, 1000);
      if (random_.below(20) == 0) restart();
      if (random_.below(10) == 0) static_cast<void>(program_->run("dataset.next"));
    }
  }

  void undo() {
    Image& image = here();
    if (image.at == 0) return;
    ASSERT_TRUE(program_->run("edit.undo"));
    --image.at;
  }

  void redo() {
    Image& image = here();
    if (image.at + 1 == image.states.size()) return;
    ASSERT_TRUE(program_->run("edit.redo"));
    ++image.at;
  }

  std::uint32_t any_object() {
    const LabelArray labels = program_->labels();
    const std::set<std::uint32_t> ids(labels.data(), labels.data() + labels.count());
    if (ids.size() < 2) return 0;
    return *std::next(ids.begin(), 1 + random_.below(std::ssize(ids) - 1));
  }

  /// A command that changes something or fails.
  void do_something() {
    const std::uint32_t id = any_object();
    const ObjectNotes notes = *program_->dataset().labels()->notes();
    const ObjectNote note = notes.of(id);
    const auto regions = static_cast<std::int64_t>(
        program_->regions() == nullptr ? 0 : program_->regions()->count());
    switch (id == 0 ? 0 : random_.below(14)) {
      case 6: {
        const auto place = random_.below(std::ssize(notes.classes));
        if (note.object_class == place) break;
        const std::string& name = notes.classes[static_cast<std::size_t>(place)].name;
        return change("labels.set_class", of_masks({{"objects", {id}}, {"class", name}}));
      }
      case 7:
        return change("labels.lock", of_masks({{"objects", {id}}, {"locked", !note.locked}}));
      case 8:
        if (note.accepted) break;
        return change("review.accept", {{"object", id}});
      case 9: {
        const std::string added = "class " + std::to_string(random_.below(1000));
        return change("labels.set_classes", of_masks({{"names", {added, notes.classes[0].name}}}));
      }
      case 10:
        return change("rois.add_object", of_masks({{"object", id}, {"slice", 0}}));
      case 11:
        if (regions == 0) break;
        return change("rois.delete", {{"numbers", {1 + random_.below(regions)}}});
      case 12:
        if (regions == 0) break;
        return change("rois.rename",
                      {{"numbers", {1 + random_.below(regions)}},
                       {"name", "region " + std::to_string(random_.below(1'000'000))}});
      case 13:
        return change("labels.delete_objects", of_masks({{"objects", {id}}}));
      default:
        break;
    }
    change("labels.paint",
           of_masks({{"points", {0, random_.uniform(0, 59), random_.uniform(0, 79)}},
                     {"size", 7},
                     {"label", random_.below(9)}}));
  }

  void change(const std::string& id, const json& arguments) {
    SCOPED_TRACE(id);
    Image& image = here();
    const Snapshot before = now(*program_);
    const std::size_t steps = program_->workspace.history().done();
    static_cast<void>(program_->run(id, arguments));
    Snapshot after = now(*program_);
    ASSERT_EQ(after != before, program_->workspace.history().done() != steps);
    if (after == before) return;
    if (!image.own_classes && after.notes != before.notes) {
      image.own_classes = true;
      for (Snapshot& state : image.states) state.notes.classes = before.notes.classes;
    }
    image.states.resize(image.at + 1);
    image.states.push_back(std::move(after));
    ++image.at;
  }

  Random random_;
  fs::path folder_;
  std::unique_ptr<Program> program_;
  std::map<std::string, Image> images_;
};

class RandomUndoTest : public test::AnnotatedFolder, public ::testing::WithParamInterface<int> {};

TEST_P(RandomUndoTest, UndoAllIsTheStartAndRedoAllIsTheEnd) {
  RandomWork work(static_cast<std::uint64_t>(GetParam()), folder_.path());
  work.work(160);
  work.all_back_and_forth();
  work.work(60);
  work.all_back_and_forth();
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomUndoTest, ::testing::Range(0, 6));

}  // namespace
}  // namespace karyo
