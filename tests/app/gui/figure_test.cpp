// Figures: as many pixels as asked for, of the same places, in every format.

#include "app/gui/figure.h"

#include <QClipboard>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QSvgRenderer>
#include <fstream>

#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

using FigureTest = WindowTest;

FigureChoice plain(double scale) {
  FigureChoice choice;
  choice.scale = scale;
  choice.views_alone = true;
  choice.overlays = {false, false, false};
  return choice;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

TEST_F(FigureTest, ALargerScaleShowsTheSameWithMorePixels) {
  open_stack();
  const Figure one = make_figure(window_.views(), plain(1));
  const Figure four = make_figure(window_.views(), plain(4));
  ASSERT_EQ(one.panels.size(), 1u);
  const QImage small = figure_image(one), large = figure_image(four);
  EXPECT_EQ(small.size(), QSize(xy().width(), xy().height()));
  EXPECT_EQ(large.size(), small.size() * 4);
  int alike = 0, all = 0;
  for (int y = 3; y < small.height(); y += 7) {
    for (int x = 3; x < small.width(); x += 7) {
      const int d = qGray(small.pixel(x, y)) - qGray(large.pixel(4 * x + 2, 4 * y + 2));
      alike += std::abs(d) <= 2;
      ++all;
    }
  }
  EXPECT_GT(alike, all * 0.97) << "but for edges of voxels";
}

TEST_F(FigureTest, EveryFormatIsWrittenAndHoldsTheScaleBar) {
  open_stack();
  const auto write = [&](const char* name) {
    const auto outcome = window_.commands().run(
        "view.export_figure", {{"path", (folder_ / name).string()}, {"scale", 2}});
    EXPECT_TRUE(outcome) << outcome.error().what;
    EXPECT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  };
  write("figure.png");
  write("figure.tif");
  write("figure.svg");
  write("figure.pdf");
  const QImage png(QString::fromStdString((folder_ / "figure.png").string()));
  EXPECT_EQ(png.width(), 2 * window_.views().width());
  const auto tiff = read_image(folder_ / "figure.tif");
  ASSERT_TRUE(tiff) << tiff.error().what;
  EXPECT_EQ(tiff->shape().x, png.width());
  EXPECT_EQ(tiff->shape().c, 3);
  EXPECT_EQ((tiff->view<std::uint8_t>(0, 0)(0, 100, 100)), qRed(png.pixel(100, 100)));
  const std::string svg = text_of(folder_ / "figure.svg");
  EXPECT_NE(svg.find("µm"), std::string::npos) << "text stays text";
  EXPECT_TRUE(QSvgRenderer(QByteArray::fromStdString(svg)).isValid());
  EXPECT_EQ(text_of(folder_ / "figure.pdf").substr(0, 5), "%PDF-");
}

TEST_F(FigureTest, WhatCannotBeWrittenSaysWhy) {
  const auto refused = [&](const char* name, double scale) {
    return window_.commands().run("view.export_figure",
                                  {{"path", (folder_ / name).string()}, {"scale", scale}});
  };
  EXPECT_FALSE(refused("a.png", 1)) << "nothing is open";
  open_stack();
  EXPECT_FALSE(refused("a.bmp", 1));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.bmp"));
  for (const char* name : {"cells.tif/a.svg", "cells.tif/a.pdf", "cells.tif/a.png"}) {
    std::vector<Error> failures;
    const Connection watch =
        workspace_.failed.connect([&](const Error& error) { failures.push_back(error); });
    EXPECT_TRUE(
        window_.commands().run("view.export_figure", {{"path", (folder_ / name).string()}}));
    EXPECT_TRUE(wait_until([&] { return !workspace_.busy(); }));
    EXPECT_EQ(failures.size(), 1u) << name;
  }
}

TEST_F(FigureTest, IsOfWhatWasSeenWhenItWasAskedFor) {
  open_stack();
  const Figure before = make_figure(window_.views(), plain(1));
  const QImage as_it_was = figure_image(before);
  workspace_.layers().at(1).set_visible(false);
  image().set_gamma(0, 2);
  EXPECT_NE(figure_image(make_figure(window_.views(), plain(1))), as_it_was);
  EXPECT_EQ(figure_image(before), as_it_was);
}

TEST_F(FigureTest, TheDialogCopies) {
  open_stack();
  window_.run("file.export_figure", {});
  auto* dialog = window_.findChild<QDialog*>("figure_dialog");
  ASSERT_NE(dialog, nullptr);
  dialog->findChild<QDoubleSpinBox*>("scale")->setValue(2);
  auto* preview = dialog->findChild<QLabel*>("preview");
  EXPECT_TRUE(wait_until([&] { return !preview->pixmap().isNull(); }));
  show_people(*dialog, "figure_dialog");
  QTest::mouseClick(dialog->findChild<QPushButton*>("copy"), Qt::LeftButton);
  EXPECT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  EXPECT_EQ(QGuiApplication::clipboard()->image().width(), 2 * window_.views().width());
}

}  // namespace
}  // namespace karyo::gui
