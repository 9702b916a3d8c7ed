#include "app/settings.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

TEST(Settings, ComeBackAsTheyWereKept) {
  const test::TempDir folder;
  const auto path = folder / "new/folder/settings.json";
  {
    SettingsStore store(path);
    EXPECT_EQ(store.get(), Settings());
    ASSERT_TRUE(store.change([](Settings& settings) {
      settings.theme = "light";
      settings.pen_pressure = false;
      settings.compute = {"ada@gpu1", "~/bin/karyoscope-worker", "ssh -p 2222"};
      settings.own_keys["view.reset"] = "Ctrl+7";
      for (int i = 0; i < 20; ++i) settings.note_recent("/data/" + std::to_string(i) + ".tif");
      settings.note_recent("/data/15.tif");
    }));
  }
  const SettingsStore store(path);
  EXPECT_TRUE(store.problem().empty()) << store.problem();
  EXPECT_EQ(store.get().theme, "light");
  EXPECT_FALSE(store.get().pen_pressure);
  EXPECT_EQ(store.get().compute.host, "ada@gpu1");
  EXPECT_EQ(store.get().compute.command, "~/bin/karyoscope-worker");
  EXPECT_EQ(store.get().compute.ssh, "ssh -p 2222");
  EXPECT_EQ(store.get().own_keys.at("view.reset"), "Ctrl+7");
  ASSERT_EQ(store.get().recent.size(), Settings::kMostRecent);
  EXPECT_EQ(store.get().recent[0], "/data/15.tif");
  EXPECT_EQ(store.get().recent[1], "/data/19.tif");
}

TEST(Settings, ABrokenFileIsLeftAloneAndSaidSo) {
  const test::TempDir folder;
  for (const char* text : {"", "{", "[]", R"({"karyoscope_settings": 99})",
                           R"({"karyoscope_settings": 1, "recent": "all"})"}) {
    const auto path = folder / "settings.json";
    std::ofstream(path) << text;
    SettingsStore store(path);
    EXPECT_FALSE(store.problem().empty()) << text;
    ASSERT_TRUE(store.change([](Settings& settings) { settings.theme = "dark"; }));
    EXPECT_EQ(store.get().theme, "dark");
    std::ifstream in(path);
    EXPECT_EQ(std::string((std::istreambuf_iterator<char>(in)), {}), text);
  }
}

}  // namespace
}  // namespace karyo
