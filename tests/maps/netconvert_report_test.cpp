// What netconvert says when it stops: the user's file, line and element, and no temporary file.
#include "maps/netconvert_report.h"

#include <doctest/doctest.h>

#include "maps/xml_tags.h"

using namespace gigalane;

namespace {

const char* const kNet = R"(<?xml version="1.0"?>
<!-- <edge> of old -->
<net>
<edge id="a b"
      from="n" to="m"><lane id="a_0"/></edge>
<edge id="c" from="n" to="m"/>
<junction id="n"/></net>)";

const char* const kMade =
    R"(<?xml version="1.0"?><net><edge id="a b" from="n" to="m" name="a b"><lane id="a_0"/></edge>)"
    R"(<edge id="c" from="n" to="m" name="c"/><junction id="n"/></net>)";

const char* const kExpected = ", expected a network that it can convert";

std::string report(const std::string& output) {
  return netconvert_error(output, {"my/town.net.xml", kNet, "/tmp/x_1/named.net.xml", kMade, "/tmp/x_1", 2});
}

}  // namespace

TEST_CASE("an element that netconvert names is looked up in the user's file") {
  const std::string says = "netconvert, which converts it, stops: ";
  CHECK(report("Warning: w\nError: Edge's 'c' from-node 'z' is not known.\nQuitting (on error).\n") ==
        "my/town.net.xml:6: edge c: " + says + "Edge's 'c' from-node 'z' is not known" + kExpected);
  CHECK(report("Error: Attribute 'x' is missing in definition of junction 'n'.\n") ==
        "my/town.net.xml:7: junction n: " + says + "Attribute 'x' is missing in definition of junction 'n'" +
            kExpected);
  CHECK(report("Error: No edges loaded.\n") == "my/town.net.xml: " + says + "No edges loaded" + kExpected);
  CHECK(report("") == "my/town.net.xml: " + says + "it says nothing" + kExpected);
}

TEST_CASE("a place in a temporary file becomes the line of the same element in the user's") {
  const std::string made = kMade;
  for (const auto& [element, line] : {std::pair<const char*, int>{"<edge id=\"a b\"", 4},
                                      {"<lane", 5},
                                      {"<edge id=\"c\"", 6},
                                      {"<junction", 7}}) {
    const std::string at = std::to_string(3 + made.find(element));
    CHECK(report("Error: bad name\n In file '/tmp/x_1/named.net.xml'\n At line/column 2/" + at + ".\n\n") ==
          "my/town.net.xml:" + std::to_string(line) + ": netconvert, which converts it, stops: bad name" +
              kExpected);
  }
}

TEST_CASE("paths of temporary files are told to nobody") {
  const std::string said = report(
      "Error: Cannot read '/tmp/x_1/named.net.xml', nor '/tmp/x_1/a.net.xml' or write /tmp/x_1/b.xodr!");
  CHECK(said ==
        "my/town.net.xml: netconvert, which converts it, stops: Cannot read 'my/town.net.xml', nor "
        "'a temporary file' or write a temporary file, expected a network that it can convert");
}

TEST_CASE("edges of OpenStreetMap are looked up by the number of their way, junctions by that of a node") {
  const std::string osm = "<osm>\n<node id='12'/>\n<way id='12'/>\n<way id='7'/></osm>";
  const auto said = [&](const std::string& error) {
    return netconvert_error("Error: " + error + "\n", {"town.osm", osm, "/tmp/x/a.net.xml", "", "/tmp/x"});
  };
  CHECK(said("Edge '-12#3' has no lanes.").rfind("town.osm:3: way 12: ", 0) == 0);
  CHECK(said("Attribute 'lat' in definition of node '12' is bad").rfind("town.osm:2: node 12: ", 0) == 0);
  CHECK(said("Junction 'cluster_12_7' is bad").rfind("town.osm:2: node 12: ", 0) == 0);
}

TEST_CASE("start tags are found past comments, character data and quotes") {
  const std::string xml = "<?x <a?><!-- <b> --><c d='>'><![CDATA[<e>]]><f/><g></g></c><h/>";
  std::string found;
  for (TagScanner tags(xml); tags.next();) found += xml[tags.begin() + 1] + std::to_string(tags.depth());
  CHECK(found == "c1f2g2h1");
}
