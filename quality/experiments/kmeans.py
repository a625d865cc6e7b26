#!/usr/bin/python3
"""Times scikit-learn and faiss on the shapes of `./vocabeam bench --parts=codebook`.

Debian: apt-get install python3-sklearn python3-faiss; run it with /usr/bin/python3 and no OPENBLAS_CORETYPE in the
environment. Random data, float32. assign: nearest word of every descriptor. iteration: assign and new means.
"""
import argparse
import os
import statistics
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--seconds", type=float, default=5, help="of every measurement")
parser.add_argument("--words", type=int, nargs="*", default=[256, 2048, 8192])
parser.add_argument("--channels", type=int, nargs="*", default=[128, 512])
arguments = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = str(arguments.threads)

import faiss  # noqa: E402: after the number of threads
import numpy as np  # noqa: E402
from sklearn.cluster import KMeans  # noqa: E402

CHUNKS = 5
OPERATIONS = 1.5e11  # of one run: more rows for few words


def seconds_of(work):
    """The median over chunks of the time of one run."""
    work()
    chunks = []
    for _ in range(CHUNKS):
        start = time.perf_counter()
        runs = 0
        while runs == 0 or time.perf_counter() - start < arguments.seconds / CHUNKS:
            work()
            runs += 1
        chunks.append((time.perf_counter() - start) / runs)
    return statistics.median(chunks)


def report(name, words, channels, rate):
    gflops = 2 * words * channels * rate / 1e9
    print(f"{name:20} {words} words of {channels} channels {rate:12.0f} descriptors/s {gflops:8.1f} GFLOP/s", flush=True)


def faiss_iteration(descriptors, words):
    rows, channels = descriptors.shape
    clustering = faiss.Clustering(channels, len(words))
    clustering.niter = 1
    clustering.min_points_per_centroid = 1
    clustering.max_points_per_centroid = rows
    faiss.copy_array_to_vector(words.ravel(), clustering.centroids)
    clustering.train(descriptors, faiss.IndexFlatL2(channels))


faiss.omp_set_num_threads(arguments.threads)
random = np.random.default_rng(1)
square = random.random((2048, 2048), dtype=np.float32)
peak = 2 * 2048**3 / seconds_of(lambda: square @ square) / 1e9
print(f"numpy, product of large matrices: {peak:.1f} GFLOP/s, {arguments.threads} threads", flush=True)
for words in arguments.words:
    for channels in arguments.channels:
        rows = max(words, min(1 << 16, int(OPERATIONS / (2 * words * channels))))
        descriptors = random.random((rows, channels), dtype=np.float32)
        centroids = random.random((words, channels), dtype=np.float32)
        index = faiss.IndexFlatL2(channels)
        index.add(centroids)
        report("faiss assign", words, channels, rows / seconds_of(lambda: index.search(descriptors, 1)))
        report("faiss iteration", words, channels, rows / seconds_of(lambda: faiss_iteration(descriptors, centroids)))
        kmeans = KMeans(words, init=centroids, n_init=1, max_iter=1, algorithm="lloyd").fit(descriptors)
        report("scikit-learn assign", words, channels, rows / seconds_of(lambda: kmeans.predict(descriptors)))
