/// Tags of an XML text, without a tree of it: for what is done before or after another program reads it;
/// internal to maps/.
#pragma once
#include <cstddef>
#include <string>

namespace gigalane {

/// Goes from start tag to start tag, past comments, character data and instructions.
class TagScanner {
 public:
  explicit TagScanner(const std::string& xml) : xml_(xml) {}
  /// Goes on to the next start tag; false: there is none.
  bool next();
  size_t begin() const { return begin_; }  ///< of its '<'
  int depth() const { return depth_; }     ///< elements open there, its own included

 private:
  size_t past_instruction(size_t at) const;
  size_t end_of_tag(size_t at) const;

  const std::string& xml_;
  size_t begin_ = 0, end_ = 0;
  int depth_ = 0;
  bool empty_ = false;
};

/// The line of a byte, from 1.
int line_at(const std::string& text, size_t byte);

/// Stops at elements that lie deeper within each other than any network's do: netconvert would take hours.
void check_depth(const std::string& xml, const std::string& origin);

/// Where an element of `xml` begins: that which is the same one, counted, as the last one that begins at or
/// before a line and column of a text `made` from it element by element. npos: there is none.
size_t same_element(const std::string& xml, const std::string& made, int line, int column);

}  // namespace gigalane
