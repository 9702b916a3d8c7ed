#include "models/io/yaml.h"

#include <gtest/gtest.h>

#include <string>

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

Json parsed(const std::string& text) {
  const auto json = parse_yaml(text, "rdf.yaml");
  if (!json) {
    ADD_FAILURE() << json.error().what;
    return {};
  }
  return *json;
}

TEST(Yaml, ScalarsFollowTheCoreSchema) {
  const Json json = parsed(
      "whole: -12\nreal: 1.0e-06\nversion: 0.4\nlong: 0.5.4\nyes: yes\non: true\nnone: ~\nnull_: "
      "null\ninf: .inf\nquoted: '12'\nsign: +\nempty:\nhash: 12ab\nbig: 99999999999999999999999\n");
  EXPECT_EQ(json["whole"], -12);
  EXPECT_EQ(json["real"], 1e-6);
  EXPECT_EQ(json["version"], 0.4);
  EXPECT_EQ(json["long"], "0.5.4");
  EXPECT_EQ(json["yes"], "yes") << "YAML 1.1's words are text";
  EXPECT_EQ(json["on"], true);
  EXPECT_TRUE(json["none"].is_null() && json["null_"].is_null() && json["empty"].is_null());
  EXPECT_EQ(json["inf"], ".inf");
  EXPECT_EQ(json["quoted"], "12");
  EXPECT_EQ(json["sign"], "+");
  EXPECT_EQ(json["hash"], "12ab");
  EXPECT_EQ(json["big"], 1e23);
}

TEST(Yaml, ReadsBlocksFlowsAndAliases) {
  EXPECT_EQ(parsed("a: &x\n- {b: [1, 2]}\n- |\n  two\n  lines\nc: *x\n").dump(),
            R"({"a":[{"b":[1,2]},"two\nlines\n"],"c":[{"b":[1,2]},"two\nlines\n"]})");
}

TEST(Yaml, RefusesWhatIsNoDescription) {
  for (const char* text :
       {"", "- 1\n", "12", "a: [1", "a: 1\na: 2\n", "? [1]\n: 2\n", "a: *nothing\n", "a: &a [*a]\n",
        "a: \"\xff\"\n", "\t- a", "a: b: c\n"}) {
    const auto json = parse_yaml(text, "rdf.yaml");
    ASSERT_FALSE(json) << text;
    EXPECT_EQ(json.error().code, ErrorCode::kBadFile) << text;
    EXPECT_NE(json.error().what.find("rdf.yaml"), std::string::npos);
  }
}

TEST(Yaml, AnAliasBombIsRefused) {
  std::string bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 1; k < 10; ++k) bomb += ", " + before;
    bomb += "]\n";
  }
  const auto json = parse_yaml(bomb, "rdf.yaml");
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().code, ErrorCode::kTooLarge);
}

TEST(Yaml, ALongTextManyTimesOverIsRefused) {
  std::string text = "a: &a " + std::string(1 << 20, 'x') + "\nb: [*a";
  for (int i = 0; i < 1000; ++i) text += ", *a";
  const auto json = parse_yaml(text + "]\n", "rdf.yaml");
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().code, ErrorCode::kTooLarge);
}

TEST(Yaml, DepthKeysAndLengthAreLimited) {
  EXPECT_FALSE(parse_yaml("a: " + std::string(70, '[') + std::string(70, ']'), "r"));
  EXPECT_TRUE(parse_yaml("a: " + std::string(60, '[') + std::string(60, ']'), "r"));
  std::string keys;
  for (int i = 0; i < 20000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_FALSE(parse_yaml(keys, "r"));
  const auto longer = parse_yaml("a: " + std::string(5 << 20, 'x'), "r");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, ErrorCode::kTooLarge);
}

TEST(Yaml, WhatIsWrittenReadsBackAsItWas) {
  const Json json = {
      {"format_version", "0.5.4"},
      {"text", "quotes \" and \\, lines\nand \x7f \xC2\x85 \xE2\x80\xA8 \xEF\xBB\xBF, ä"},
      {"true", "12"},
      {"", nullptr},
      {"list", {{{"type", "batch"}, {"size", {{"min", 16}, {"step", 16}}}}, {1, 2.5, "x"}, 7}},
      {"nested", {{{1, 2}, {3, 4}}, Json::array(), Json::object()}},
      {"numbers", {1e-6, 1e300, -5, true, nullptr}},
      {"dotted.key", {{"deeper", {{"deepest", false}}}}}};
  const auto text = yaml_text(json);
  EXPECT_EQ(parsed(text), json) << text;
}

}  // namespace
}  // namespace karyo
