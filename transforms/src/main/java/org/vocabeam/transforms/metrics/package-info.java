/**
 * Metrics of worker processes, for those who watch a cluster.
 *
 * <p>Beam's counters belong to a step of one job. In a batch job Beam's Flink runner hands them to
 * Flink when a task ends, and a moment later Flink forgets the task and its metrics: Prometheus
 * would see nothing of a round. So a worker also counts in Beam's process-wide metrics, which grow
 * as long as the process lives; {@code org.vocabeam.pipelines.metrics} shows them to Flink's
 * reporter. Where nobody asks for them they cost nothing.
 *
 * <p>A worker counts the work that it did. Work that is repeated after a failure counts again; the
 * stores tell what a job has produced.
 */
package org.vocabeam.transforms.metrics;
