/**
 * What workers count, for those who watch a cluster.
 *
 * <p>Beam's counters belong to a step of one job. In a batch job Beam's Flink runner hands them to
 * Flink when a task ends, together with all its bundles, and a moment later Flink forgets the task
 * and its metrics: whoever asks from outside (Prometheus) sees nothing of a round while it runs,
 * and nothing when it is over. So a worker also counts in Beam's process-wide metrics, which grow
 * as long as the process lives; the process shows them to Flink's reporter ({@code
 * org.vocabeam.pipelines.metrics}). Where nobody asked for them they cost nothing.
 *
 * <p>A worker counts what it did. Work that is done again after a failure counts again; what a job
 * has made is told by its stores.
 */
package org.vocabeam.transforms.metrics;
