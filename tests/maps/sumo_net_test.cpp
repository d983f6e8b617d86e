// SUMO networks before netconvert reads them: what no road is, is refused with its place.
#include "maps/sumo_net.h"

#include <doctest/doctest.h>

#include "tests/maps/help.h"

using namespace gigalane;
using testing::error_of;

namespace {

/// A street of one lane between two junctions, line by line.
std::string street() {
  return R"(<net>
<type id='t' speed='13.9' width='-1'/>
<edge id=':m_0' function='internal'><lane id=':m_0_0' index='0' speed='nan' length='0.1' shape='nan,0 1,0'/></edge>
<edge id='a' from='n' to='m' priority='-1' shape='0,0 50,0'>
<lane id='a_0' index='0' speed='13.9' length='50' width='3.2' endOffset='0' shape='0,0,1 50,0,1'/>
</edge>
<junction id='n' type='dead_end' x='0' y='0' z='1' radius='4' shape=''/>
<junction id='m' type='dead_end' x='50' y='0' shape='50,0 50,3'/>
<connection from='a' to='-a' fromLane='0' toLane='0' contPos='3' visibility='4' speed='5' length='6' shape='1,2 3,4'/>
</net>)";
}

/// What is said about the street with one text in place of another.
std::string said(const std::string& text, const std::string& instead) {
  std::string xml = street();
  const size_t at = xml.find(text);
  REQUIRE(at != std::string::npos);
  REQUIRE(xml.find(text, at + 1) == std::string::npos);
  xml.replace(at, text.size(), instead);
  return error_of([&] { prepare_net(xml, "town.net.xml"); });
}

}  // namespace

TEST_CASE(
    "numbers of a SUMO network that are none are refused with file, line, element and what was expected") {
  CHECK(error_of([] { prepare_net(street(), "town.net.xml"); }) == "");
  CHECK(said("speed='13.9' length", "speed='nan' length") ==
        "town.net.xml:5: lane a_0: <lane> speed = \"nan\", expected a number");
  CHECK(said("length='50'", "length='inf'") ==
        "town.net.xml:5: lane a_0: <lane> length = \"inf\", expected a number");
  CHECK(said("endOffset='0'", "endOffset=''") ==
        "town.net.xml:5: lane a_0: <lane> endOffset = \"\", expected a number");
  CHECK(said("width='-1'", "width='wide'") ==
        "town.net.xml:2: type t: <type> width = \"wide\", expected a number");
  CHECK(said("priority='-1'", "priority='-inf'") ==
        "town.net.xml:4: edge a: <edge> priority = \"-inf\", expected a number");
  CHECK(said("x='50'", "x='NaN'") == "town.net.xml:8: junction m: <junction> x = \"NaN\", expected a number");
  for (const std::string attribute : {"contPos='3'", "visibility='4'", "speed='5'", "length='6'"})
    CHECK(said(attribute, attribute.substr(0, attribute.find('\'')) + "'-nan'") ==
          "town.net.xml:9: connection from a to -a: <connection> " +
              attribute.substr(0, attribute.find('=')) + " = \"-nan\", expected a number");
}

TEST_CASE("numbers of a SUMO network that are those of no road are refused") {
  CHECK(said("speed='13.9' length", "speed='-3' length") ==
        "town.net.xml:5: lane a_0: <lane> speed = -3, expected 0 or more");
  CHECK(said("length='50'", "length='-50'") ==
        "town.net.xml:5: lane a_0: <lane> length = -50, expected 0 or more");
  CHECK(said("width='3.2'", "width='-3.2'") ==
        "town.net.xml:5: lane a_0: <lane> width = -3.2, expected 0 or more, or -1 for none");
  CHECK(said("width='3.2'", "width='-1'") == "");
  CHECK(said("endOffset='0'", "endOffset='-1'") ==
        "town.net.xml:5: lane a_0: <lane> endOffset = -1, expected 0 or more");
  CHECK(said("index='0' speed='13.9'", "index='-1' speed='13.9'") ==
        "town.net.xml:5: lane a_0: <lane> index = -1, expected a whole number from 0 on");
  CHECK(said("radius='4'", "radius='-4'") ==
        "town.net.xml:7: junction n: <junction> radius = -4, expected 0 or more, or -1 for none");
  CHECK(said("z='1'", "z='1e9'") ==
        "town.net.xml:7: junction n: <junction> z = 1e+09, expected at most 1e8 m from the origin");
  CHECK(said("toLane='0'", "toLane='0.5'") ==
        "town.net.xml:9: connection from a to -a: <connection> toLane = 0.5, expected a whole number from 0 "
        "on");
}

TEST_CASE("places of a SUMO network are x,y or x,y,z") {
  CHECK(said("'0,0 50,0'", "'0,0 nan,0'") ==
        "town.net.xml:4: edge a: <edge> shape = \"nan\", expected a number");
  CHECK(said("50,0,1'", "50,0,inf'") ==
        "town.net.xml:5: lane a_0: <lane> shape = \"inf\", expected a number");
  CHECK(said("50,0,1'", "50'") == "town.net.xml:5: lane a_0: <lane> shape has \"50\", expected x,y or x,y,z");
  CHECK(said("50,0,1'", "50,0,1,2'") ==
        "town.net.xml:5: lane a_0: <lane> shape has \"50,0,1,2\", expected x,y or x,y,z");
  CHECK(said("50,3'", "50,1e12'") ==
        "town.net.xml:8: junction m: <junction> shape has 1e+12, expected at most 1e+08 m from the origin");
  CHECK(said("'1,2 3,4'", "'1,2 3,'") ==
        "town.net.xml:9: connection from a to -a: <connection> shape = \"\", expected a number");
}

TEST_CASE("a SUMO network of traffic on the left is mirrored: places, and who gives way to whom") {
  std::string xml = R"(<net lefthand='true'><edge id='a' shape='1,2 -3.50,4,5'><lane shape='0.25,0'/></edge>)"
                    R"(<junction type='right_before_left' x=' +7.0' y='8' shape='9,1'/>)"
                    R"(<connection shape='-1,2'/></net>)";
  const PreparedNet net = prepare_net(xml, "town.net.xml");
  CHECK(net.mirrored);
  CHECK(
      net.xml ==
      R"(<?xml version="1.0"?><net><edge id="a" shape="-1,2 3.50,4,5" name="a"><lane shape="-0.25,0"/></edge>)"
      R"(<junction type="left_before_right" x="-7.0" y="8" shape="-9,1"/>)"
      R"(<connection shape="1,2"/></net>)");
  xml.replace(xml.find("true"), 4, "0");
  CHECK(!prepare_net(xml, "town.net.xml").mirrored);
  xml.replace(xml.find("'0'"), 3, "'maybe'");
  CHECK(error_of([&] { prepare_net(xml, "town.net.xml"); }) ==
        "town.net.xml:1: <net> lefthand = \"maybe\", expected true or false or 1 or 0");
}
