// The dependency rule between the five code folders (docs/architecture.md), read off the includes.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kSource = KARYOSCOPE_SOURCE_DIR;

/// One rule: files whose path matches `where` must not include what matches `forbidden`.
struct Rule {
  std::string why;
  std::regex where;
  std::regex forbidden;
};

std::vector<Rule> rules() {
  const std::string vtk = "vtk[A-Z][A-Za-z]*\\.h";
  const std::string qt = "(Q[A-Z][A-Za-z]*|Qt[A-Z][a-zA-Z]*/.*)";
  const std::string torch = "(torch|ATen|c10)/.*";
  const std::string itk = "itk[A-Z][A-Za-z]*\\.h(xx)?";
  const std::string tiff = "tiff(io)?\\.h";
  const auto rule = [](std::string why, const std::string& where, const std::string& forbidden) {
    return Rule{std::move(why), std::regex(where), std::regex(forbidden)};
  };
  return {
      rule("core uses no other folder", "core/.*", "(viewer|annotation|models|app)/.*"),
      rule("viewer uses core alone", "viewer/.*", "(annotation|models|app)/.*"),
      rule("annotation uses core alone", "annotation/.*", "(viewer|models|app)/.*"),
      rule("models uses core alone", "models/.*", "(viewer|annotation|app)/.*"),
      rule("VTK lives in viewer", "(core|annotation|models|app)/.*", vtk),
      rule("Qt lives in viewer/qt and app/gui",
           "(core|annotation|models|viewer/scene|app/(cli|worker|report))/.*", qt),
      rule("Qt lives in viewer/qt and app/gui", "app/[a-z_]+\\.(h|cpp)",
           "Q[A-Z](?!Application)[A-Za-z]*"),
      rule("torch lives in models", "(core|viewer|annotation|app)/.*", torch),
      rule("CUDA lives in models/cuda", "(?!models/cuda/.*\\.cu).*", "cuda.*\\.h(pp)?"),
      rule("core's headers see the standard library and JSON only", "core/.*\\.h",
           "(" + tiff + "|" + itk + "|zip\\.h|png\\.h|jpeglib\\.h|hdf5\\.h)"),
      rule("ITK stays in .cpp files of core and annotation", "(viewer|models|app)/.*|.*\\.h", itk),
      rule("SQLite lives in annotation/sqlite.cpp", "(?!annotation/sqlite\\.cpp).*", "sqlite3\\.h"),
      rule("libtiff lives in core/io", "(core/(?!io/)|viewer/|annotation/|models/|app/).*", tiff),
  };
}

std::vector<std::string> broken_rules(const std::string& file, const std::string& included) {
  std::vector<std::string> broken;
  for (const auto& rule : rules()) {
    if (std::regex_match(file, rule.where) && std::regex_match(included, rule.forbidden)) {
      broken.push_back(rule.why);
    }
  }
  return broken;
}

TEST(IncludeRules, NoFileCrossesThem) {
  const std::regex include("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"].*");
  int files = 0;
  for (const std::string folder : {"core", "viewer", "annotation", "models", "app"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kSource / folder)) {
      const auto ending = entry.path().extension();
      if (ending != ".h" && ending != ".cpp" && ending != ".cu") continue;
      ++files;
      const std::string file = fs::relative(entry.path(), kSource).generic_string();
      std::ifstream in(entry.path());
      std::string line;
      for (int number = 1; std::getline(in, line); ++number) {
        std::smatch match;
        if (!std::regex_match(line, match, include)) continue;
        for (const auto& why : broken_rules(file, match[1])) {
          ADD_FAILURE() << file << ":" << number << ": includes " << match[1] << ", but " << why;
        }
      }
    }
  }
  EXPECT_GT(files, 10) << "the test looked in the wrong place: " << kSource;
}

TEST(IncludeRules, ARuleThatIsBrokenIsNoticed) {
  EXPECT_FALSE(broken_rules("core/image/volume.cpp", "viewer/scene/picker.h").empty());
  EXPECT_FALSE(broken_rules("core/image/volume.h", "itkImage.h").empty());
  EXPECT_FALSE(broken_rules("app/gui/main_window.cpp", "torch/torch.h").empty());
  EXPECT_FALSE(broken_rules("app/gui/main_window.cpp", "vtkRenderer.h").empty());
  EXPECT_FALSE(broken_rules("viewer/scene/picker.cpp", "QWidget").empty());
  EXPECT_FALSE(broken_rules("annotation/editor.cpp", "models/model.h").empty());
  EXPECT_FALSE(broken_rules("annotation/journal.cpp", "sqlite3.h").empty());
  EXPECT_FALSE(broken_rules("models/cuda/shape_kernels_on.h", "cuda_runtime.h").empty());
  EXPECT_TRUE(broken_rules("models/cuda/shape_kernels.cu", "cuda_runtime.h").empty());
  EXPECT_TRUE(broken_rules("annotation/sqlite.cpp", "sqlite3.h").empty());
  EXPECT_TRUE(broken_rules("app/gui/main_window.cpp", "viewer/qt/render_surface.h").empty());
  EXPECT_TRUE(broken_rules("core/io/tiff_reader.cpp", "tiffio.h").empty());
}

}  // namespace
