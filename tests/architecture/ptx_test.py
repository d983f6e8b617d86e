"""The simulator's PTX rounds every multiply, add and subtract by itself, and no kernel of it spills registers.

    python3 tests/architecture/ptx_test.py BUILD_FOLDER    # a CUDA build; compiles its world's .cu files to PTX

A fused multiply-add, an approximate function, or an operation without a rounding mode (which the
driver may fuse) would let the GPU's worlds drift from the CPU's. Spilled registers would go through memory at
every use, in kernels that are bound by it.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORLD = ("base", "maps", "sim")  # the network, in policy and train, may use what is fastest

FLOAT = r"b?f(?:16|32|64)(?:x2)?\b"
FORBIDDEN = {
    "fused multiply-add": re.compile(r"\b(?:fma|mad)\.(?:\w+\.)*[bf](?:16|32|64)(?:x2)?\b"),
    "approximate function": re.compile(r"\b\w+(?:\.\w+)*\.(?:approx|full)\b[.\w]*"),
    "denormals flushed to zero": re.compile(r"\b\w+(?:\.\w+)*\.ftz\b[.\w]*"),
    "no rounding mode": re.compile(r"\b(?:add|sub|mul|div|sqrt|rcp)\.(?:sat\.)?" + FLOAT),
    "rounding elsewhere than to nearest":
        re.compile(r"\b(?:add|sub|mul|div|sqrt|rcp|cvt)\.(?:\w+\.)*r[zmp]\.(?:\w+\.)*" + FLOAT),
}


def problems(ptx):
    """Each offending line of PTX text, with what is wrong with it and in which function."""
    function = "?"
    for line in ptx.splitlines():
        code = line.split("//")[0]
        entry = re.search(r"\.(?:entry|func)\b.*?([A-Za-z_$][\w$]*)\s*\(", code)
        function = entry.group(1) if entry else function
        for what, pattern in FORBIDDEN.items():
            if pattern.search(code):
                yield f"{what}: {code.strip()} in {function}"


def ptx_command(command, arch):
    """nvcc's command for an object file, turned into one that prints PTX for a kind of GPU."""
    words = [w for w in shlex.split(command)
             if not w.startswith("--generate-code") and "ccache" not in pathlib.Path(w).name]
    out, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in ("-o", "-MT", "-MF"):
            skip = True
        elif word not in ("-c", "-MD"):
            out.append(word)
    return [*out, "-ptx", f"-arch=compute_{arch}", "-o", "-"]


def assembler(command):
    """The ptxas beside the nvcc of a command."""
    nvcc = next(word for word in shlex.split(command) if pathlib.Path(word).name == "nvcc")
    return str(pathlib.Path(nvcc).resolve().parent / "ptxas")


def spills(report):
    """The kernels in the text of `ptxas -v` that spill, with how much, and how many kernels there are."""
    kernel, found, kernels = "?", [], 0
    for line in report.splitlines():
        named = re.search(r"Compiling entry function '(\w+)'", line)
        if named:
            kernel, kernels = named.group(1), kernels + 1
        stores = re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", line)
        if stores and stores.group(0) != "0 bytes spill stores, 0 bytes spill loads":
            found.append(f"spills: {stores.group(0)} in {kernel}")
    return found, kernels


def run(command, where, what):
    done = subprocess.run(command, cwd=where, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        sys.exit(f"ptx_test: {what} fails:\n{done.stderr}")
    return done


def check_file(job):
    """How many kernels a file has for a kind of GPU, and what is wrong with them."""
    entry, arch = job
    what = f"{entry['file']} for {arch}"
    ptx = run(ptx_command(entry["command"], arch), entry["directory"], what).stdout
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "text.ptx").write_text(ptx)
        spilled, kernels = spills(run([assembler(entry["command"]), "-v", f"-arch=sm_{arch}", "text.ptx",
                                       "-o", "text.cubin"], folder, what).stderr)
    if kernels != len(re.findall(r"[.]entry", ptx)):
        sys.exit(f"ptx_test: ptxas reports {kernels} kernels of {what}, its PTX has others")
    return kernels, list(problems(ptx)) + spilled


def check_build(build):
    commands = json.loads((build / "compile_commands.json").read_text())
    world = [entry for entry in commands
             if entry["file"].endswith(".cu") and " -x cu " in entry["command"]
             and pathlib.Path(entry["file"]).relative_to(ROOT).parts[0] in WORLD]
    if not world:
        sys.exit(f"ptx_test: {build} compiles no .cu file of {', '.join(WORLD)} with nvcc")
    failed = 0
    jobs = [(entry, arch) for entry in world for arch in (80, 90)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (entry, arch), (kernels, found) in zip(jobs, pool.map(check_file, jobs)):
            name = pathlib.Path(entry["file"]).relative_to(ROOT)
            failed += len(found)
            print(f"{name} for sm_{arch}: {kernels} kernels, {len(found)} problems")
            for problem in found[:20]:
                print(f"  {problem}")
    return failed


def check_checker():
    wrong = ["fma.rn.f32 %f1, %f2, %f3, %f4;", "fma.rn.f64 %fd1, %fd2, %fd3, %fd4;", "mad.f32 %f1, %f2, %f3, %f4;",
             "div.approx.f32 %f1, %f2, %f3;", "div.full.f32 %f1, %f2, %f3;", "sin.approx.f32 %f1, %f2;",
             "rsqrt.approx.ftz.f32 %f1, %f2;", "ex2.approx.ftz.f32 %f1, %f2;", "add.f32 %f1, %f2, %f3;",
             "mul.f64 %fd1, %fd2, %fd3;", "add.rn.ftz.f32 %f1, %f2, %f3;", "add.rz.f32 %f1, %f2, %f3;", "mul.rm.f32 %f1, %f2, %f3;",
             "div.rp.f32 %f1, %f2, %f3;", "sqrt.rz.f32 %f1, %f2;", "cvt.rz.f32.f64 %f1, %fd1;",
             "cvt.rz.f16.f32 %h1, %f1;", "mul.f16 %h1, %h2, %h3;", "add.bf16x2 %r1, %r2, %r3;", "@%p1 fma.rn.f32 %f1, %f2, %f3, %f4;"]
    right = ["add.rn.f32 %f1, %f2, %f3;", "mul.rn.f32 %f1, %f2, %f3;", "div.rn.f32 %f1, %f2, %f3;",
             "sqrt.rn.f32 %f1, %f2;", "mad.lo.s32 %r1, %r2, %r3, %r4;", "mad.wide.u32 %rd1, %r2, %r3, %rd4;",
             "mul.wide.u32 %rd1, %r1, %r2;", "add.s32 %r1, %r2, %r3;", "cvt.rn.f32.s32 %f1, %r1;",
             "cvt.rzi.s32.f32 %r1, %f1;", "cvt.rmi.f32.f32 %f1, %f2;",
             "min.f32 %f1, %f2, %f3;", "setp.lt.f32 %p1, %f1, %f2;", "// fma.rn.f32 in a comment"]
    for line in wrong:
        assert list(problems(line)), f"not caught: {line}"
    for line in right:
        assert not list(problems(line)), f"wrongly caught: {line}"
    report = """ptxas info    : Compiling entry function 'observe' for 'sm_90'
ptxas info    : Function properties for observe
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Compiling entry function 'move' for 'sm_90'
    16 bytes stack frame, 12 bytes spill stores, 8 bytes spill loads"""
    assert spills(report) == (["spills: 12 bytes spill stores, 8 bytes spill loads in move"], 2)


if __name__ == "__main__":
    check_checker()
    if len(sys.argv) > 1:
        sys.exit(1 if check_build(pathlib.Path(sys.argv[1]).resolve()) else 0)
