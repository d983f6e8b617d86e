/// What netconvert says when it stops, put in terms of the file that the user gave; internal to maps/.
#pragma once
#include <string>

namespace gigalane {

struct Conversion {
  std::string source;     ///< the user's file, of SUMO or OpenStreetMap
  std::string text;       ///< what it holds
  std::string read;       ///< the file that netconvert read: the user's, or one made of it
  std::string read_text;  ///< where `read` has the elements of `text`, in their order: what it holds
  std::string folder;     ///< of temporary files, which no error names
  int first_line = 1;     ///< the number that netconvert gives to a file's first line: 1.15 says 2
  std::string types{};    ///< SUMO's file of the types of streets in OpenStreetMap
};

/// One line: the user's file, with the line and name of the element where they can be told, and what
/// netconvert's output gives as the first thing that went wrong.
std::string netconvert_error(const std::string& output, const Conversion& conversion);

/// The line that netconvert's output places its first error at; 0: none.
int line_of_complaint(const std::string& output);

}  // namespace gigalane
