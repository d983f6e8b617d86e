/// Files that matter: written to a temporary name in the same folder, flushed to disk, then renamed.
#pragma once
#include <string>

namespace gigalane {

/// A place to write to that becomes `path` on commit(), whole or not at all. For libraries that write by
/// name.
class AtomicFile {
 public:
  /// Throws Error if the folder of `path` does not exist.
  explicit AtomicFile(const std::string& path);
  /// Removes the temporary file unless committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// The name to write to; close it before commit().
  const std::string& temporary() const { return temporary_; }
  /// Flushes the temporary file to disk, renames it, flushes the folder. Throws Error if any of it fails.
  void commit();

 private:
  std::string path_, temporary_;
  bool committed_ = false;
};

/// Replaces `path` by `bytes`, atomically. Throws Error naming the file and the reason.
void write_file(const std::string& path, const std::string& bytes);
/// The whole file. Throws Error naming the file and the reason; a folder is an error.
std::string read_file(const std::string& path);
/// Makes a folder and its parents; nothing to do if it exists. Throws Error.
void make_folder(const std::string& path);

}  // namespace gigalane
