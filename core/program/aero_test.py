"""Tests of aero.py; run by aero_py_test.ts, which puts its directory on PYTHONPATH."""

import contextlib
import importlib
import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import aero

VARIABLES = ("AERO_PARAMS", "AERO_INPUTS", "AERO_OUTPUTS", "AERO_METRICS", "AERO_SEED", "AERO_RUN_ID")


class Scalar:
    """As NumPy's: a number only to float()."""

    def __float__(self) -> float:
        return 0.5


class InARun(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        for name in ("inputs/data", "inputs/many/sub", "outputs/model"):
            (self.root / name).mkdir(parents=True)
        (self.root / "inputs/data/rows.csv").write_text("a,b\n")
        (self.root / "inputs/many/one").write_text("1")
        (self.root / "inputs/many/sub/two").write_text("2")
        (self.root / "params.json").write_text(json.dumps({"depth": 5, "name": "é"}), encoding="utf-8")
        self.metrics = self.root / "metrics.jsonl"
        os.environ.update(
            AERO_PARAMS=str(self.root / "params.json"),
            AERO_INPUTS=str(self.root / "inputs"),
            AERO_OUTPUTS=str(self.root / "outputs"),
            AERO_METRICS=str(self.metrics),
            AERO_SEED="4294967295",
            AERO_RUN_ID="kkkkkkkkkkkkkkkk",
        )
        for name in ("params", "seed", "run_id"):
            vars(aero).pop(name, None)

    def logged(self):
        return [json.loads(line) for line in self.metrics.read_text().splitlines()]

    def test_params_seed_and_run_id_come_from_the_run(self):
        self.assertEqual(aero.params, {"depth": 5, "name": "é"})
        self.assertIs(aero.params, aero.params)
        self.assertEqual(aero.seed, 4294967295)
        self.assertEqual(aero.run_id, "kkkkkkkkkkkkkkkk")

    def test_inputs_and_outputs_are_directories(self):
        self.assertEqual((aero.input("data") / "rows.csv").read_text(), "a,b\n")
        self.assertTrue(aero.output("model").is_dir())

    def test_input_file_gives_the_only_file_and_refuses_several(self):
        self.assertEqual(aero.input_file("data").name, "rows.csv")
        with self.assertRaisesRegex(aero.AeroError, "holds 2 files"):
            aero.input_file("many")

    def test_a_name_that_is_not_declared_is_refused_with_those_that_are(self):
        for name in ("dtaa", "..", "", "many/sub", "."):
            with self.assertRaisesRegex(aero.AeroError, "it has: data, many"):
                aero.input(name)

    def test_log_appends_one_line_a_call(self):
        aero.log({"val/loss": 0.25, "n": 3}, step=7)
        aero.log(loss=1e-3, step=1.5)
        aero.log({"a": 1}, b=2)
        self.assertEqual(
            self.logged(),
            [{"step": 7, "val/loss": 0.25, "n": 3}, {"step": 1.5, "loss": 0.001}, {"a": 1, "b": 2}],
        )

    def test_log_keeps_what_json_has_no_number_for(self):
        aero.log(a=float("nan"), b=float("inf"), c=float("-inf"), d=Scalar(), e=True, f=2**60)
        self.assertEqual(
            self.logged(),
            [{"a": "NaN", "b": "Infinity", "c": "-Infinity", "d": 0.5, "e": 1, "f": float(2**60)}],
        )

    def test_log_refuses_what_is_not_a_number_and_writes_nothing(self):
        for call in (
            lambda: aero.log(loss="0.1"),
            lambda: aero.log(loss=None),
            lambda: aero.log(loss=[1, 2]),
            lambda: aero.log(loss=10**400),
            lambda: aero.log({"": 1}),
            lambda: aero.log({"step": 1}),
            lambda: aero.log({1: 1}),
            lambda: aero.log(loss=1, step=float("nan")),
            lambda: aero.log(step=1),
        ):
            with self.assertRaises(aero.AeroError):
                call()
        self.assertFalse(self.metrics.exists())

    def test_log_of_many_threads_and_processes_does_not_mix_lines(self):
        code = "import aero\nfor i in range(200): aero.log({'x' * 300: i}, step=i)"
        processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
        threads = [
            threading.Thread(target=lambda: [aero.log({"y" * 300: i}, step=i) for i in range(200)]) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([process.wait() for process in processes], [0, 0, 0])
        self.assertEqual(len(self.logged()), 1200)

    def test_load_is_refused_since_a_run_reads_declared_inputs_only(self):
        with self.assertRaisesRegex(aero.AeroError, "declare 'cleaned:v3'"):
            aero.load("cleaned:v3")


class OutsideARun(unittest.TestCase):
    def setUp(self):
        for name in VARIABLES:
            os.environ.pop(name, None)
        importlib.reload(aero)
        for name in ("params", "seed", "run_id"):
            vars(aero).pop(name, None)

    def test_everything_says_how_to_get_into_a_run(self):
        for call in (
            lambda: aero.params,
            lambda: aero.seed,
            lambda: aero.run_id,
            lambda: aero.input("x"),
            lambda: aero.output("x"),
            lambda: aero.log(a=1),
        ):
            with self.assertRaisesRegex(aero.AeroError, "not in an aero run .*`aero run` or `aero dev`"):
                call()

    def test_an_unknown_name_is_an_attribute_error(self):
        self.assertFalse(hasattr(aero, "parmas"))

    def test_load_asks_the_aero_program(self):
        with self.program('echo "$@" >&2; echo \'{"path":"/cache/a b"}\''):
            self.assertEqual(aero.load("cleaned:v3"), Path("/cache/a b"))

    def test_load_tells_what_the_aero_program_said(self):
        with self.program('echo "error: no such artifact" >&2; exit 2'):
            with self.assertRaisesRegex(aero.AeroError, "^error: no such artifact$"):
                aero.load("cleaned:v3")
        with self.program(None):
            with self.assertRaisesRegex(aero.AeroError, "not on PATH"):
                aero.load("cleaned:v3")

    @contextlib.contextmanager
    def program(self, body):
        before = os.environ["PATH"]
        with tempfile.TemporaryDirectory() as directory:
            if body is not None:
                path = Path(directory) / "aero"
                path.write_text(f"#!/bin/sh\n{body}\n")
                path.chmod(path.stat().st_mode | stat.S_IXUSR)
            os.environ["PATH"] = directory
            try:
                yield
            finally:
                os.environ["PATH"] = before


class Build(unittest.TestCase):
    def test_builds_inside_out(self):
        half = {"use": "fractions.Fraction", "with": {"numerator": 1, "denominator": 2}}
        built = aero.build({"use": "types.SimpleNamespace", "with": {"half": half, "list": [half]}})
        self.assertEqual(built.half, 0.5)
        self.assertEqual(built.list, [0.5])

    def test_what_is_given_beside_wins_and_plain_values_pass(self):
        date = aero.build({"use": "datetime.date", "with": {"year": 1, "month": 2, "day": 3}}, day=4)
        self.assertEqual(str(date), "0001-02-04")
        self.assertEqual(aero.build({"a": [1, {"b": "c"}]}), {"a": [1, {"b": "c"}]})
        self.assertEqual(aero.build([{"use": "builtins.list"}, 1]), [[], 1])

    def test_reaches_a_method_of_a_class(self):
        built = aero.build({"use": "collections.OrderedDict.fromkeys", "with": {"iterable": "ab"}})
        self.assertEqual(list(built), ["a", "b"])

    def test_says_what_cannot_be_found(self):
        for use, why in (
            ("no_such_module.X", "no module no_such_module"),
            ("datetime.Dat", "datetime has no Dat"),
            ("math.pi", "not a class or function"),
            ("os; x", "dotted name"),
            (5, "dotted name"),
        ):
            with self.assertRaisesRegex(aero.AeroError, why):
                aero.build({"use": use})
        with self.assertRaisesRegex(aero.AeroError, "also: args"):
            aero.build({"use": "builtins.list", "args": {}})


if __name__ == "__main__":
    unittest.main()
