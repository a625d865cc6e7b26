/**
 * Counts of workers, shown by Flink's Prometheus reporter (see {@code
 * org.vocabeam.transforms.metrics}, which says why Beam's own way does not do).
 */
package org.vocabeam.pipelines.metrics;
