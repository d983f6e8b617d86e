"""The world's machine code rounds every multiply, add and subtract by itself.

    python3 tests/architecture/fma_test.py LIBRARY...    # libgigalane_base.a, _maps.a, _sim.a

A fused multiply-add rounds once instead of twice: worlds would depend on compiler, flags and machine. g++ 12
makes some (vfmaddsub) even with -ffp-contract=off.
"""
import re
import shutil
import subprocess
import sys

FUSED = re.compile(r"\bvfn?m(?:add|sub|addsub|subadd)\d*[ps][sdh]\b")


def fused_in(disassembly):
    """(function, instruction) of each fused multiply-add."""
    function = "?"
    for line in disassembly.splitlines():
        label = re.match(r"[0-9a-f]+ <(.*)>:$", line)
        function = label.group(1) if label else function
        if FUSED.search(line):
            yield function, line.split("\t")[-1].strip()


def check_checker():
    sample = "0000000000000000 <turn>:\n   0:\tc4 e2\tvfmsubadd132ps %xmm1,%xmm2,%xmm0\n   6:\tc5\tvmulps %xmm1,%xmm1,%xmm0\n"
    found = list(fused_in(sample))
    assert found == [("turn", "vfmsubadd132ps %xmm1,%xmm2,%xmm0")], found


def main(libraries):
    check_checker()
    if not shutil.which("objdump"):
        print("objdump is missing: nothing was checked")
        return 0
    failed = False
    for library in libraries:
        out = subprocess.run(["objdump", "-d", "-C", "--no-show-raw-insn", library], text=True, check=True,
                             stdout=subprocess.PIPE).stdout
        for function, instruction in fused_in(out):
            failed = True
            print(f"{library}: {instruction} in {function}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
