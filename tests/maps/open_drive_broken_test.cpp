// Broken and hostile OpenDRIVE: one clear line each, no crash, no hang, no great memory.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <zlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <regex>
#include <sstream>
#include <string>

#include "base/error.h"
#include "maps/compile.h"
#include "maps/open_drive.h"
#include "tests/maps/help.h"
#include "tests/maps/loop_road.h"
#include "tests/maps/towns.h"

using namespace gigalane;
using testing::kLoop;

namespace {

struct Outcome {
  bool accepted = false;
  std::string message;
  double seconds = 0;
};

Outcome try_import(const std::string& xml) {
  Outcome outcome;
  const auto start = std::chrono::steady_clock::now();
  try {
    compile(parse_open_drive(xml, "broken.xodr"), 1);
    outcome.accepted = true;
  } catch (const Error& error) {
    outcome.message = error.what();
  }
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return outcome;
}

long peak_megabytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

/// One line that begins with the file and, unless the file as a whole is at fault, the line and the element.
void check_refused(const Outcome& outcome) {
  CAPTURE(outcome.message);
  REQUIRE_FALSE(outcome.accepted);
  CHECK(outcome.message.find('\n') == std::string::npos);
  CHECK(outcome.message.size() < 400);
  static const std::regex in_line("broken\\.xodr:[0-9]+: .*"), whole("broken\\.xodr: no (lane|element) .*");
  CHECK((std::regex_match(outcome.message, in_line) || std::regex_match(outcome.message, whole)));
}

/// kLoop with the first `what` after `behind` replaced.
std::string changed(const std::string& what, const std::string& by, const std::string& behind = "") {
  std::string xml = kLoop;
  const size_t at = xml.find(what, xml.find(behind));
  REQUIRE(at != std::string::npos);
  return xml.replace(at, what.size(), by);
}

void check_message(const std::string& xml, const std::string& part) {
  const Outcome outcome = try_import(xml);
  check_refused(outcome);
  CAPTURE(part);
  CHECK(outcome.message.find(part) != std::string::npos);
  CHECK(outcome.seconds < 5);
}

/// Damages a text in one of the ways in which files are damaged.
class Mutator {
 public:
  explicit Mutator(uint32_t seed) : random_(seed) {}

  std::string damage(std::string xml) {
    const int rounds = 1 + below(3);
    for (int round = 0; round < rounds; ++round) damage_once(xml);
    return xml;
  }

 private:
  int below(size_t count) { return int(random_() % std::max<size_t>(count, 1)); }

  void damage_once(std::string& xml) {
    if (xml.size() < 10) return;
    const size_t at = size_t(below(xml.size())),
                 length = size_t(below(std::min<size_t>(200, xml.size() - at)));
    switch (below(6)) {
      case 0:
        xml.resize(at);
        break;
      case 1:
        xml[at] = char(below(256));
        break;
      case 2:
        xml.erase(at, length);
        break;
      case 3:
        xml.insert(size_t(below(xml.size())), xml.substr(at, length));
        break;
      default:
        replace_value(xml, at);
    }
  }

  /// The attribute after a place gets another value, from elsewhere or absurd.
  void replace_value(std::string& xml, size_t at) {
    const char* const absurd[] = {"nan",
                                  "inf",
                                  "-inf",
                                  "1e308",
                                  "-1e9",
                                  "1e9",
                                  "0",
                                  "-1",
                                  "1e-320",
                                  "100000",
                                  "99999999999999999999",
                                  "2147483648",
                                  "abc",
                                  "",
                                  "1 2",
                                  "0x10",
                                  "&lt;",
                                  "-0"};
    const size_t equals = xml.find("=\"", at);
    if (equals == std::string::npos) return;
    const size_t end = xml.find('"', equals + 2);
    if (end == std::string::npos) return;
    xml.replace(equals + 2, end - equals - 2, absurd[below(std::size(absurd))]);
  }

  std::mt19937 random_;
};

void check_mutations(const std::string& whole, int count, uint32_t seed, int& refused) {
  Mutator mutator(seed);
  for (int k = 0; k < count; ++k) {
    const std::string xml = mutator.damage(whole);
    CAPTURE(k);
    const Outcome outcome = try_import(xml);
    CHECK(outcome.seconds < 5);
    if (outcome.accepted) continue;  // what was hit said nothing of roads
    check_refused(outcome);
    ++refused;
  }
}

}  // namespace

TEST_CASE("200 mutated and truncated files: each is a map still, or refused in one clear line") {
  REQUIRE(try_import(kLoop).accepted);
  const long before = peak_megabytes();
  int refused = 0;
  check_mutations(kLoop, 190, 1, refused);
  if (testing::has_town("Town02"))
    check_mutations(read_maybe_zipped(testing::town_file("Town02").string()), 10, 2, refused);
  CHECK(refused > 60);
  CHECK(peak_megabytes() - before < 1000);
}

TEST_CASE("absurd numbers are refused where they stand") {
  check_message(changed("length=\"100\"", "length=\"-100\""), ":4: road 1: <road> length = -100");
  check_message(changed("length=\"100\"", "length=\"nan\""),
                "road 1: <road> length = \"nan\", expected a number");
  check_message(changed("length=\"100\"", "length=\"1e9\""), "road 1: <road> length = 1e+09");
  check_message(changed("length=\"100\"", "length=\"150\""), "its <geometry> ends at s = 100");
  check_message(changed("length=\"60\"", "length=\"-60\""), ":8: road 1: <geometry> length = -60");
  check_message(changed("curvature=\"0.0666666667\"", "curvature=\"1e7\""),
                "road 2: <geometry> at s = 0 turns");
  check_message(changed("a=\"3.5\"", "a=\"3.5e300\""), "road 1: <width> a = 3.5e+300");
  check_message(changed("a=\"3.5\"", "a=\"5000\""), "lane -1 is 5000 m wide");
  check_message(changed("a=\"3.5\" b=\"0\"", "a=\"3.5\" b=\"1e7\""), "road 1: lane -1");
  check_message(changed("x=\"0\" y=\"30\"", "x=\"0\" y=\"1e7\""), "road 3: lane -1 jumps by");
  check_message(changed("x=\"0\" y=\"30\"", "x=\"0\" y=\"1e12\""),
                "begins at (0, 1e+12), expected at most 1e+08 m");
  check_message(changed("x=\"100\" y=\"0\"", "x=\"9e7\" y=\"0\""), "m away from other roads");
  check_message(changed("a=\"1\" b=\"0.01\"", "a=\"1e15\" b=\"0.01\""), "at a height of");
  check_message(changed("<lane id=\"-1\"", "<lane id=\"-2147483648\""), "<lane> id = -2.14748e+09");
  check_message(changed("<lane id=\"-1\"", "<lane id=\"1.5\""), "<lane> id = 1.5, expected a whole number");
  check_message(changed("max=\"50\"", "max=\"fast\""), "<speed> max = \"fast\", expected a number");
  check_message(changed("unit=\"km/h\"", "unit=\"knots\""), "<speed> unit = \"knots\"");
  check_message(changed("fromLane=\"-1\"", "fromLane=\"1e300\""), "<validity> fromLane");
}

TEST_CASE("sections beyond their road and words that are none of OpenDRIVE's are refused") {
  check_message(changed("laneSection s=\"50\"", "laneSection s=\"9999\""),
                "road 1: <laneSection> s = 9999, expected 0 to the road's length of 100");
  check_message(changed("laneSection s=\"0\"", "laneSection s=\"-50\""), "road 1: <laneSection> s = -50");
  check_message(changed("contactPoint=\"end\"", "contactPoint=\"middle\""),
                ":5: road 1: <predecessor> contactPoint = \"middle\", expected start or end");
  check_message(changed("contactPoint=\"start\">", "contactPoint=\"front\">"), "contactPoint = \"front\"");
  check_message(changed("junction=\"-1\"", "junction=\"-1\" rule=\"ZHT\""),
                ":4: road 1: <road> rule = \"ZHT\", expected RHT or LHT");
  check_message(changed("pRange=\"arcLength\"", "pRange=\"miles\""),
                "<paramPoly3> pRange = \"miles\", expected normalized or arcLength");
}

TEST_CASE("broken heights are refused with their line and element") {
  check_message(changed("s=\"0\" t=\"-3\"", "s=\"0\""), ":14: road 1: <shape> lacks the attribute t");
  check_message(changed("t=\"-3\" a=\"0\"", "t=\"-3\" a=\"high\""),
                ":14: road 1: <shape> a = \"high\", expected a number");
  check_message(changed("t=\"-3\" a=\"0\"", "t=\"-3\" a=\"1e15\""), "road 1: lane -1 is at a height of");
  check_message(changed("side=\"left\"", "side=\"up\""),
                ":13: road 1: <crossfall> side = \"up\", expected left, right or both");
  check_message(changed("inner=\"0.01\"", ""), ":19: road 1: <height> lacks the attribute inner");
  check_message(changed("outer=\"0.02\"", "outer=\"nan\""), ":19: road 1: <height> outer = \"nan\"");
  check_message(changed("type=\"driving\"", "type=\"driving\" level=\"half\""),
                ":18: road 1: <lane> level = \"half\", expected true or false");
}

TEST_CASE("links that lead nowhere, to themselves or around are refused or harmless") {
  check_message(changed("elementId=\"3\"", "elementId=\"33\""), "<predecessor> names road 33");
  check_message(changed("incomingRoad=\"1\"", "incomingRoad=\"7\""),
                "junction 9: <connection> incomingRoad = 7");
  check_message(changed("junction=\"9\"", "junction=\"8\""), "road 2: junction = 8");
  check_message(changed("id=\"3\" junction", "id=\"2\" junction"), "have the id 2");
  CHECK(try_import(changed("elementId=\"3\"", "elementId=\"1\"")).accepted);  // its own predecessor
  CHECK(try_import(changed("connectingRoad=\"2\"", "connectingRoad=\"1\"")).accepted);
  CHECK(try_import(changed("<successor id=\"-1\"/>", "<successor id=\"-1\"/><successor id=\"-50\"/>"))
            .accepted);
}

TEST_CASE("a reference line that lacks a part is refused, one that is rounded is not") {
  check_message(changed("length=\"60\"", "length=\"59.5\""),
                ":9: road 1: <geometry> begins at s = 60, expected 59.5");
  check_message(changed("length=\"60\"", "length=\"60.5\""), "begins at s = 60, expected 60.5");
  check_message(changed("geometry s=\"0\"", "geometry s=\"0.5\""), "begins at s = 0.5, expected 0");
  check_message(changed("length=\"40\"", "length=\"39.5\""),
                ":4: road 1: <road> length = 100, but its <geometry> ends at s = 99.5");
  CHECK(try_import(changed("length=\"60\"", "length=\"59.95\"")).accepted);
  CHECK(try_import(changed("length=\"40\"", "length=\"39.9\"")).accepted);  // as netconvert's shortest roads
}

TEST_CASE("what names a lane, signal or controller that is not there is refused where it stands") {
  check_message(changed("from=\"-1\"", "from=\"-3\""),
                ":46: junction 9: <laneLink> from = -3, but road 1 has no such lane at its end");
  check_message(changed("to=\"-1\"/></connection>", "to=\"2\"/></connection>"),
                ":46: junction 9: <laneLink> to = 2, but road 2 has no such lane at its start");
  // a lane of another section does not help
  check_message(changed("from=\"-1\"", "from=\"1\""), "but road 1 has no such lane at its end");
  CHECK(try_import(changed("from=\"-1\" to=\"-1\"", "from=\"0\" to=\"0\"")).accepted);  // centre lanes
  check_message(changed("</signals>", "<signalReference id=\"6\" s=\"1\" t=\"0\"/></signals>"),
                ":33: road 2: <signalReference> id = 6, which does not exist");
  check_message(changed("signalId=\"5\"", "signalId=\"55\""),
                ":44: controller 4: <control> signalId = 55, which does not exist");
  check_message(changed("<controller id=\"4\" sequence", "<controller id=\"44\" sequence"),
                ":46: junction 9: <controller> id = 44, which does not exist");
}

TEST_CASE("attacks of XML: entities are not expanded, depth and size cost no more than the file") {
  std::string bomb = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY a \"aaaaaaaaaa\">";
  for (char c = 'b'; c <= 'z'; ++c) {
    const std::string inner = "&" + std::string(1, char(c - 1)) + ";";
    std::string ten;
    for (int k = 0; k < 10; ++k) ten += inner;
    bomb += "<!ENTITY " + std::string(1, c) + " \"" + ten + "\">";
  }
  check_message(bomb + "]><OpenDRIVE><road id=\"&z;\"/></OpenDRIVE>", "lacks the attribute length");
  std::string deep = "<OpenDRIVE>";
  for (int k = 0; k < 200000; ++k) deep += "<road>";
  check_message(deep, "not whole XML");
  for (int k = 0; k < 200000; ++k) deep += "</road>";
  check_message(deep + "</OpenDRIVE>", "<road> lacks the attribute id");
  check_message(
      changed("<?xml version=\"1.0\"?>", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">" + std::string(1, '\0')),
      "expected OpenDRIVE");
  const std::string wide =
      "<OpenDRIVE><road id=\"" + std::string(20000000, 'x') + "\" length=\"-1\"/></OpenDRIVE>";
  check_message(wide, "<road> length = -1");
}

TEST_CASE("a file that unzips to more than anybody's city is refused before it fills the memory") {
  const testing::Folder folder;
  const auto file = folder.path / "bomb.xodr.gz";
  const std::string zeros(size_t(1) << 26, '\0');
  gzFile zipped = gzopen(file.c_str(), "wb1");
  REQUIRE(gzwrite(zipped, zeros.data(), unsigned(zeros.size())) == int(zeros.size()));
  gzclose(zipped);
  std::ostringstream member;
  member << std::ifstream(file, std::ios::binary).rdbuf();
  for (int k = 0; k < 8; ++k)  // members of gzip may follow one another
    std::ofstream(file, std::ios::binary | std::ios::app) << member.str();
  CHECK_THROWS_WITH_AS(read_open_drive(file.string()),
                       (file.string() + ": more than 512 MB of text, expected less").c_str(), Error);
}
