// Films of a turning volume: what lies in the folder afterwards.

#include <QImage>
#include <QPushButton>

#include <cstdlib>
#include <fstream>

#include "app/gui/error_panel.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

namespace fs = std::filesystem;

class TurnFilmTest : public WindowTest {
 protected:
  TurnFilmTest() {
    path_ = qgetenv("PATH");
    watch_done_ = workspace_.done.connect([this](const std::string& text) { said_ = text; });
    watch_failed_ = workspace_.failed.connect([this](const Error& error) { failure_ = error; });
  }
  ~TurnFilmTest() override { qputenv("PATH", path_); }

  VolumeView& volume() { return window_.views().volume(); }
  Result<void> order(const nlohmann::json& more = nlohmann::json::object()) {
    nlohmann::json arguments{
        {"path", (folder_ / "film").string()}, {"frames", 4}, {"width", 121}, {"height", 90}};
    arguments.update(more);
    return window_.commands().run("view.turntable", arguments);
  }
  bool finished() {
    return wait_until([&] { return !volume().film().running(); });
  }
  fs::path frame(int number) {
    return folder_ / ("film/turn_000" + std::to_string(number) + ".png");
  }
  /// A program called ffmpeg that does as told, alone on PATH.
  void put_ffmpeg(const std::string& script) {
    fs::create_directories(folder_ / "bin");
    const fs::path program = folder_ / "bin/ffmpeg";
    std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(program, fs::perms::owner_all);
    qputenv("PATH", QByteArray::fromStdString((folder_ / "bin").string()));
  }

  QByteArray path_;
  std::string said_;
  std::optional<Error> failure_;
  Connection watch_done_, watch_failed_;
};

TEST_F(TurnFilmTest, PicturesTurnOnceAround) {
  open_stack();
  qputenv("PATH", "");
  ASSERT_TRUE(order());
  EXPECT_TRUE(volume().film().running());
  EXPECT_FALSE(window_.settled()) << "a macro waits for it";
  EXPECT_FALSE(order()) << "one at a time";
  ASSERT_TRUE(finished());
  std::vector<QImage> pictures;
  for (int i = 1; i <= 4; ++i) {
    pictures.emplace_back(QString::fromStdString(frame(i).string()));
    ASSERT_FALSE(pictures.back().isNull()) << i;
    EXPECT_EQ(pictures.back().size(), QSize(122, 90)) << "sides are even";
  }
  for (int i = 1; i < 4; ++i) EXPECT_NE(pictures[std::size_t(i)], pictures[0]);
  EXPECT_FALSE(fs::exists(frame(5)));
}

TEST_F(TurnFilmTest, WithoutFfmpegThePicturesAreKeptAndTheErrorSaysHowToGetIt) {
  open_stack();
  qputenv("PATH", "");
  ASSERT_TRUE(order());
  ASSERT_TRUE(finished());
  ASSERT_TRUE(failure_);
  EXPECT_EQ(failure_->code, ErrorCode::kNotFound);
  EXPECT_NE(failure_->fix.find("apt install ffmpeg"), std::string::npos);
  EXPECT_TRUE(fs::exists(frame(4)));
  EXPECT_TRUE(window_.errors().isVisible());
}

TEST_F(TurnFilmTest, FfmpegJoinsThePicturesOfThisTurnAlone) {
  open_stack();
  put_ffmpeg("for last in \"$@\"; do :; done\necho \"$@\" > \"$last\"");
  ASSERT_TRUE(order({{"rate", 12}}));
  ASSERT_TRUE(finished());
  EXPECT_FALSE(failure_) << failure_->what;
  std::ifstream film(folder_ / "film/turn.mp4");
  std::string asked((std::istreambuf_iterator<char>(film)), {});
  EXPECT_NE(asked.find("-framerate 12"), std::string::npos) << asked;
  EXPECT_NE(asked.find("-frames:v 4"), std::string::npos) << asked;
  EXPECT_NE(said_.find("turn.mp4"), std::string::npos) << said_;
  EXPECT_FALSE(fs::exists(folder_ / "film/turn.part.mp4"));
}

TEST_F(TurnFilmTest, WhatFfmpegComplainsOfIsTold) {
  open_stack();
  put_ffmpeg("for last in \"$@\"; do :; done\n: > \"$last\"\necho no such encoder >&2\nexit 1");
  ASSERT_TRUE(order());
  ASSERT_TRUE(finished());
  ASSERT_TRUE(failure_);
  EXPECT_NE(failure_->what.find("no such encoder"), std::string::npos) << failure_->what;
  EXPECT_FALSE(fs::exists(folder_ / "film/turn.mp4"));
  EXPECT_FALSE(fs::exists(folder_ / "film/turn.part.mp4")) << "nothing half-made is left";
  EXPECT_TRUE(fs::exists(frame(4)));
}

TEST_F(TurnFilmTest, TheRealFfmpegMakesAFilm) {
  const int found = std::system("ffmpeg -version > /dev/null 2>&1");
  if (found != 0) GTEST_SKIP() << "ffmpeg is not installed";
  open_stack();
  ASSERT_TRUE(order());
  ASSERT_TRUE(finished());
  EXPECT_FALSE(failure_) << failure_->what;
  std::ifstream film(folder_ / "film/turn.mp4", std::ios::binary);
  std::string head(12, '\0');
  film.read(head.data(), 12);
  EXPECT_EQ(head.substr(4, 4), "ftyp");
}

TEST_F(TurnFilmTest, ItCanBeStoppedWhileDrawingAndWhileJoining) {
  open_stack();
  qputenv("PATH", "");
  ASSERT_TRUE(order({{"frames", 3000}}));
  ASSERT_TRUE(wait_until([&] { return fs::exists(frame(2)); }));
  EXPECT_TRUE(volume().film().doing().contains("of 3000"));
  auto* button = window_.findChild<QPushButton*>("film");
  EXPECT_EQ(button->text(), "Stop the film");
  button->click();
  ASSERT_TRUE(finished());
  EXPECT_FALSE(failure_);
  EXPECT_NE(said_.find("stopped"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "film/turn_3000.png"));
  EXPECT_EQ(button->text(), QString::fromUtf8("Film of a turn…"));

  put_ffmpeg("for last in \"$@\"; do :; done\n: > \"$last\"\nwhile :; do :; done");
  said_.clear();
  ASSERT_TRUE(order());
  ASSERT_TRUE(wait_until([&] { return fs::exists(folder_ / "film/turn.part.mp4"); }));
  ASSERT_TRUE(window_.commands().run("view.stop_turntable"));
  ASSERT_TRUE(finished());
  EXPECT_FALSE(failure_);
  EXPECT_NE(said_.find("stopped"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "film/turn.part.mp4"));
}

TEST_F(TurnFilmTest, AFolderThatCannotBeMadeIsAnError) {
  open_stack();
  std::ofstream(folder_ / "film") << "a file is in the way";
  const auto outcome = order();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kIo);
  EXPECT_FALSE(volume().film().running());
}

TEST_F(TurnFilmTest, ClosingTheWindowEndsIt) {
  open_stack();
  Workspace workspace;
  auto window = std::make_unique<MainWindow>(workspace);
  window->resize(600, 500);
  window->show();
  workspace.open({folder_ / "cells.tif"});
  ASSERT_TRUE(wait_until([&] { return !workspace.busy() && window->settled(); }));
  ASSERT_TRUE(window->commands().run("view.turntable",
                                     {{"path", (folder_ / "film").string()}, {"frames", 3000}}));
  ASSERT_TRUE(wait_until([&] { return fs::exists(frame(1)); }));
  window.reset();  // does not wait for 3000 pictures
  EXPECT_FALSE(fs::exists(folder_ / "film/turn_3000.png"));
}

}  // namespace
}  // namespace karyo::gui
