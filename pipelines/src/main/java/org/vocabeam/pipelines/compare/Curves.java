package org.vocabeam.pipelines.compare;

import java.util.Map;

/**
 * The curves of one network of a method.
 *
 * @param title the method, and which of its networks
 * @param seeds seed to metric ({@code loss}, {@code embedding_std}) to curve
 */
public record Curves(String title, Map<Long, Map<String, Curve>> seeds) {}
