#include "app/keymap.h"

#include <gtest/gtest.h>

namespace karyo {
namespace {

class KeymapTest : public ::testing::Test {
 protected:
  KeymapTest() {
    const auto nothing = [](const nlohmann::json&) -> Result<void> { return {}; };
    commands_.add({"help.search", "Help", "Find", "Ctrl+Shift+P", "Finds.", nothing});
    commands_.add({"go.previous_time", "Go", "Back", ",", "Back.", nothing});
    commands_.add({"layer.auto_contrast", "Layer", "Auto", "C", "Contrast.", nothing});
    commands_.add({"view.reset", "View", "Reset", "Ctrl+R", "Resets.", nothing});
    commands_.add({"other.letter", "View", "Letter", "L, F2", "Something on L.", nothing});
  }
  const std::string& keys(const std::string& id) { return commands_.find(id)->shortcut; }

  CommandTable commands_;
};

TEST_F(KeymapTest, PresetsChangeKeysAndGoBack) {
  Keymap keymap(commands_);
  ASSERT_TRUE(keymap.use("fiji"));
  EXPECT_EQ(keys("layer.auto_contrast"), "Shift+C");
  EXPECT_EQ(keys("help.search"), "L, Ctrl+Shift+P");
  EXPECT_EQ(keys("other.letter"), "F2") << "the preset gave L away";
  EXPECT_EQ(keymap.command_of("L")->id, "help.search");
  ASSERT_TRUE(keymap.use("karyoscope"));
  EXPECT_EQ(keys("layer.auto_contrast"), "C");
  EXPECT_EQ(keys("other.letter"), "L, F2");
  EXPECT_FALSE(keymap.use("emacs"));
}

TEST_F(KeymapTest, AKeyMeansOneThing) {
  Keymap keymap(commands_);
  const auto taken = keymap.set("view.reset", "C");
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().what.find("Auto"), std::string::npos);
  EXPECT_EQ(keys("view.reset"), "Ctrl+R");
  ASSERT_TRUE(keymap.set("layer.auto_contrast", ""));
  ASSERT_TRUE(keymap.set("view.reset", "C, Ctrl+R"));
  EXPECT_EQ(keymap.command_of("C")->id, "view.reset");
  keymap.reset("layer.auto_contrast");
  EXPECT_EQ(keymap.command_of("C")->id, "layer.auto_contrast");
  EXPECT_EQ(keys("view.reset"), "Ctrl+R") << "it had been given the preset's key";
  EXPECT_TRUE(keymap.own().empty());
  EXPECT_FALSE(keymap.set("no.such", "Ctrl+9"));
}

TEST_F(KeymapTest, WhileSuggestionsAreGoneThroughTheirKeysGoFirst) {
  const auto nothing = [](const nlohmann::json&) -> Result<void> { return {}; };
  commands_.add({"walk.accept", "Annotate", "Accept", "C", "Accepts.", nothing});
  commands_.add({"walk.next", "Annotate", "Next", "L", "Goes on.", nothing});
  Keymap keymap(commands_);
  EXPECT_EQ(keymap.command_of("C")->id, "layer.auto_contrast");
  EXPECT_EQ(keymap.command_of("C", "walk")->id, "walk.accept");
  EXPECT_EQ(keymap.command_of("Ctrl+R", "walk")->id, "view.reset");
  ASSERT_TRUE(keymap.use("fiji"));
  EXPECT_EQ(keys("walk.next"), "L") << "what the preset gives to another means it elsewhere";
  ASSERT_TRUE(keymap.set("walk.next", "Ctrl+R")) << "the same there";
  EXPECT_EQ(keys("view.reset"), "Ctrl+R");
  const auto taken = keymap.set("walk.accept", "Ctrl+R");
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().what.find("Next"), std::string::npos);
  keymap.reset("view.reset");
  EXPECT_EQ(keys("walk.next"), "Ctrl+R");
}

TEST_F(KeymapTest, OwnKeysAreRestoredWhereTheyFit) {
  Keymap keymap(commands_);
  keymap.restore("fiji", {{"view.reset", "Shift+C"}, {"go.previous_time", "F7"}, {"gone", "F8"}});
  EXPECT_EQ(keys("view.reset"), "Ctrl+R") << "Fiji's preset uses Shift+C";
  EXPECT_EQ(keys("go.previous_time"), "F7");
  keymap.restore("unknown", {});
  EXPECT_EQ(keymap.preset(), "karyoscope");
  EXPECT_EQ(keys("go.previous_time"), ",");
}

TEST(SingleKeys, ACommaIsAKeyToo) {
  EXPECT_EQ(single_keys("F1, ?"), (std::vector<std::string>{"F1", "?"}));
  EXPECT_EQ(single_keys(","), (std::vector<std::string>{","}));
  EXPECT_EQ(single_keys("F2, ,"), (std::vector<std::string>{"F2", ","}));
  EXPECT_EQ(single_keys(""), std::vector<std::string>());
}

}  // namespace
}  // namespace karyo
