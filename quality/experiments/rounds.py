#!/usr/bin/python3
"""Tabulates the parts of the time of the rounds of `pretrain`, from the logs of driver and workers.

    quality/experiments/rounds.py --images=STORE --preset=resnet18 --stepsPerRound=20
    runner-config/local-cluster start
    quality/experiments/rounds.py --images=STORE --flinkMaster=127.0.0.1:8081 --cluster=runs/cluster

Other options go to `pretrain`. Seconds are means over all rounds but the first, of one replica, and
shares are of a round with 60 s of steps. Needs Python only.
"""
import argparse
import datetime
import glob
import os
import re
import statistics
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--rounds", type=int, default=4)
parser.add_argument("--cluster", help="directory of the local cluster, where the workers' logs are")
parser.add_argument("--flinkMaster", default="[local]")
arguments, others = parser.parse_known_args()
if arguments.rounds < 2 or (arguments.flinkMaster != "[local]") != bool(arguments.cluster):
    sys.exit("--rounds must be at least 2, and --cluster and --flinkMaster go together")

home = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 2)
# HH:MM:SS.mmm of the driver, date and HH:MM:SS,mmm of the workers.
STAMP = re.compile(r"^(?:\d{4}-\d\d-\d\d )?(\d\d):(\d\d):(\d\d)[.,](\d{3})")
LAP = re.compile(r"([a-z ]+) (\d+\.\d+) s")


def events(lines, what):
    """(seconds of the day at the end, match, laps) of every line that has `what`."""
    found = []
    for line in lines:
        match, stamp = re.search(what, line), STAMP.match(line)
        if match and stamp:
            hours, minutes, seconds, millis = map(int, stamp.groups())
            laps = {part.strip(): float(value) for part, value in LAP.findall(line[match.end() :])}
            found.append((hours * 3600 + minutes * 60 + seconds + millis / 1000, match, laps))
    return found


logs = sorted(glob.glob(os.path.join(arguments.cluster or os.devnull, "log", "*.log")))
sizes = {log: os.path.getsize(log) for log in logs}
print(datetime.datetime.now().isoformat(" ", "seconds"), "load", os.getloadavg())
with tempfile.TemporaryDirectory() as directory:
    command = [os.path.join(home, "vocabeam"), "pretrain", "--verbose", f"--output={directory}/run"]
    command += [f"--rounds={arguments.rounds}", f"--flinkMaster={arguments.flinkMaster}", *others]
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace")
    if run.returncode:
        sys.exit(run.stderr[-3000:])
    checkpoints = os.path.join(directory, "run", "checkpoints")
    sample = os.path.join(checkpoints, sorted(os.listdir(checkpoints))[-1])
    megabytes = sum(os.path.getsize(os.path.join(sample, f)) for f in os.listdir(sample)) / 1e6
driver = run.stderr.splitlines()
workers = list(driver)
for log in logs:
    with open(log, errors="replace") as file:
        file.seek(sizes[log])
        workers += file.read().splitlines()

rounds = events(driver, r"Stage: pretrain-(\d+): ")  # by their last steps
replicas = {int(match[1]): (end, laps) for end, match, laps in events(workers, r"Replica 0 from step (\d+): ")}
submitted = events(driver, r"Submitted the job ")
finished = events(workers, r"Job pretrain-\S+ \(\w+\) switched from state RUNNING to FINISHED")
parts = {}


def add(part, seconds):
    parts.setdefault(part, []).append(seconds)


for number, (end, _, laps) in enumerate(rounds):
    if number == 0:
        continue
    worker_end, worker = replicas[int(rounds[number - 1][1][1])]
    run_end = end - laps["committed"]
    run_start = run_end - laps["pipeline run"]
    worker_start = worker_end - sum(worker.values())
    add("driver: old parts removed", laps["prepared"])
    add("driver: pipeline made", laps["pipeline made"])
    if arguments.cluster:
        add("submission", submitted[number][0] - run_start)
        add("scheduling, until the worker begins", worker_start - submitted[number][0])
    else:
        add("translation, start of the job, until the worker begins", worker_start - run_start)
    for part in ("program", "checkpoint read", "state set", "first images"):
        add("worker: " + part, worker[part])
    steps = worker["steps"]
    for part in ("state read", "state handed on"):
        add("worker: " + part, worker[part])
    if arguments.cluster:
        over = min(at for at, _, _ in finished if at >= worker_end - 0.01)
        add("workers: combination, checkpoint and steps written", over - worker_end)
        add("end of the job noticed by the driver", run_end - over)
    else:
        add("combination, checkpoint and steps written, job ended", run_end - worker_end)
    add("driver: steps, events and checkpoint committed", laps["committed"])
    add("steps", steps)

first = replicas[0][1]
steps = statistics.mean(parts.pop("steps"))
total = sum(statistics.mean(values) for values in parts.values())
print(" ".join(others), f"on {arguments.flinkMaster}: {arguments.rounds} rounds, checkpoint {megabytes:.1f} MB")
for part, values in parts.items():
    mean = statistics.mean(values)
    print(f"{part:58s} {mean:7.3f} s ({min(values):.3f} to {max(values):.3f}) {mean / (60 + total):7.2%}")
print(f"{'all of it':58s} {total:7.3f} s {total / (60 + total):24.2%} of a round with 60 s of steps")
print(f"{'steps of a round here':58s} {steps:7.3f} s")
print(f"{'program loaded in the first round':58s} {first['program']:7.3f} s")
print("load at the end", os.getloadavg())
