"""Includes point only to lower folders, and the CUDA fence stands.

    base <- maps <- sim <- policy <- eval <- {train, viewer} <- app

Reads the tree as text; builds nothing. Run it as `python3 tests/architecture/includes_test.py`.
"""
import pathlib
import re
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What each folder may include besides itself.
LOWER = ["base", "maps", "sim", "policy", "eval"]
ALLOWED = {folder: set(LOWER[:i]) for i, folder in enumerate(LOWER)}
ALLOWED["train"] = ALLOWED["viewer"] = set(LOWER)
ALLOWED["app"] = set(LOWER) | {"train", "viewer"}
ALLOWED["tests"] = set(ALLOWED)

SUFFIXES = {".h", ".cuh", ".cpp", ".cu"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
BACK_END = re.compile(r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b.*\b(__CUDACC__|__CUDA_ARCH__|__NVCC__|GIGALANE_CUDA)\b",
                      re.MULTILINE)
TORCH = ("torch/", "ATen/", "c10/")
THRUST = ("thrust/", "cub/")
INTRINSICS = ("immintrin.h", "x86intrin.h")


def read_includes(root):
    """{file: [(is_quoted, target)]} for every source file of ours."""
    files = {}
    for folder in ALLOWED:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES:
                found = INCLUDE.findall(path.read_text())
                files[path.relative_to(root).as_posix()] = [(mark == '"', name) for mark, name in found]
    return files


def reach(files, start):
    """Every include that `start` makes, directly or through our own files: {target: by whom}."""
    seen, todo = {}, [start]
    while todo:
        current = todo.pop()
        for _, name in files.get(current, []):
            if name not in seen:
                seen[name] = current
                todo.append(name)
    return seen


def check_directions(files):
    for path, includes in files.items():
        folder = path.split("/")[0]
        for quoted, name in includes:
            target = name.split("/")[0]
            if quoted and name not in files:
                yield f'{path}: "{name}" is no file of ours, expected a path from the root of the repository'
            elif not quoted and name in files:
                yield f'{path}: <{name}> is a file of ours, expected "{name}"'
            elif name in files and target != folder and target not in ALLOWED[folder]:
                yield f"{path}: includes {name}, but {folder}/ may not include {target}/"


def check_fence(files):
    """nvcc never sees LibTorch, and what the C++ compiler alone compiles never sees Thrust."""
    for path in files:
        reached = reach(files, path)
        torch = next((name for name in reached if name.startswith(TORCH)), None)
        thrust = next((name for name in reached if name.startswith(THRUST)), None)
        if torch and path.endswith((".cu", ".cuh")):
            yield f"{path}: nvcc would see {torch} (included by {reached[torch]})"
        elif thrust and path.endswith(".cpp"):
            yield f"{path}: {thrust} (included by {reached[thrust]}) belongs in .cu files"
        elif torch and thrust:
            yield f"{path}: sees both {torch} (from {reached[torch]}) and {thrust} (from {reached[thrust]})"


def check_back_ends(root, files):
    """Back-end #if's and intrinsics live in base/ only."""
    for path, includes in files.items():
        if path.startswith("base/"):
            continue
        for match in BACK_END.finditer((root / path).read_text()):
            yield f"{path}: #if on {match.group(1)} outside base/"
        for _, name in includes:
            if name in INTRINSICS:
                yield f"{path}: includes {name} outside base/"


def check_lists(root, files):
    """Every source file is in the one list of its folder."""
    for path in files:
        if not path.endswith((".cpp", ".cu")):
            continue
        folder, _, rest = path.partition("/")
        cmake = root / folder / "CMakeLists.txt"
        # a test is listed without its folder, a program beside the tests with it
        names = [rest] if folder != "tests" or "/" not in rest else [rest, rest.split("/", 1)[1]]
        if cmake.exists() and not any(re.search(rf"(?<![\w/]){re.escape(name)}(?!\w)", cmake.read_text())
                                      for name in names):
            yield f"{path}: not in the source list of {folder}/CMakeLists.txt"


def check(root):
    files = read_includes(root)
    return [*check_directions(files), *check_fence(files), *check_back_ends(root, files), *check_lists(root, files)]


class TheTree(unittest.TestCase):
    def test_has_sources(self):
        self.assertGreater(len(read_includes(ROOT)), 5)

    def test_keeps_the_rules(self):
        problems = check(ROOT)
        self.assertFalse(problems, "\n" + "\n".join(problems))


class TheChecker(unittest.TestCase):
    """Each rule fails on a tree made to break it."""

    def problems(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return check(root)

    def assert_problem(self, expected, files):
        problems = self.problems(files=files)
        self.assertTrue(any(expected in problem for problem in problems), problems)

    def test_accepts_what_is_right(self):
        self.assertEqual([], self.problems(files={
            "base/error.h": "#include <string>\n",
            "sim/step.h": '#include "base/error.h"\n',
            "sim/step.cu": '#include <thrust/sort.h>\n#include "sim/step.h"\n',
            "policy/network.cpp": '#include <torch/torch.h>\n#include "sim/step.h"\n',
            "app/main.cpp": '#include "viewer/window.h"\n#include "train/train.h"\n',
            "viewer/window.h": "", "train/train.h": "",
            "sim/CMakeLists.txt": "step.cu", "tests/sim/step_test.cpp": '#include "sim/step.h"\n',
            "tests/CMakeLists.txt": "step_test.cpp"}))

    def test_upward(self):
        self.assert_problem("base/ may not include sim/", {"base/a.h": '#include "sim/b.h"\n', "sim/b.h": ""})

    def test_upward_with_spaces(self):
        self.assert_problem("maps/ may not include sim/", {"maps/a.h": '  #  include "sim/b.h"\n', "sim/b.h": ""})

    def test_siblings(self):
        self.assert_problem("viewer/ may not include train/",
                            {"viewer/a.cpp": '#include "train/b.h"\n', "train/b.h": ""})
        self.assert_problem("train/ may not include viewer/",
                            {"train/a.cpp": '#include "viewer/b.h"\n', "viewer/b.h": ""})

    def test_tests_are_not_for_the_product(self):
        self.assert_problem("sim/ may not include tests/", {"sim/a.h": '#include "tests/paths.h"\n', "tests/paths.h": ""})

    def test_relative_and_angled(self):
        self.assert_problem("no file of ours", {"sim/a.h": '#include "b.h"\n', "sim/b.h": ""})
        self.assert_problem("is a file of ours", {"sim/a.h": "#include <sim/b.h>\n", "sim/b.h": ""})

    def test_torch_behind_the_fence(self):
        self.assert_problem("nvcc would see torch/torch.h", {"policy/a.cu": "#include <torch/torch.h>\n"})
        self.assert_problem("nvcc would see c10/util/Half.h (included by policy/b.h)", {
            "policy/a.cu": '#include "policy/b.h"\n', "policy/b.h": "#include <c10/util/Half.h>\n"})

    def test_thrust_behind_the_fence(self):
        self.assert_problem("belongs in .cu files", {
            "policy/a.cpp": '#include <torch/torch.h>\n#include "sim/b.h"\n', "sim/b.h": "#include <thrust/sort.h>\n"})
        self.assert_problem("sees both", {
            "policy/a.h": "#include <torch/torch.h>\n#include <cub/cub.cuh>\n"})

    def test_back_ends(self):
        self.assert_problem("#if on __CUDACC__", {"sim/a.h": "#ifdef __CUDACC__\n#endif\n"})
        self.assert_problem("#if on GIGALANE_CUDA", {"train/a.cpp": "#if defined(X) && GIGALANE_CUDA\n#endif\n"})
        self.assert_problem("immintrin.h outside base/", {"sim/a.h": "#include <immintrin.h>\n"})

    def test_lists(self):
        self.assert_problem("not in the source list", {"sim/a.cpp": "", "sim/CMakeLists.txt": "ba.cpp"})
        self.assert_problem("not in the source list",
                            {"tests/sim/a_test.cpp": "", "tests/CMakeLists.txt": "b_test.cpp"})


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
