package org.vocabeam.pipelines.compare;

import java.util.Map;

/**
 * Curves of one network of a method.
 *
 * @param title name of the method and of the network
 * @param seeds seed to metric ({@code loss}, {@code embedding_std}) to curve
 */
public record Curves(String title, Map<Long, Map<String, Curve>> seeds) {}
