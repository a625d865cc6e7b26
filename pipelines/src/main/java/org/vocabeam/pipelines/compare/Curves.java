package org.vocabeam.pipelines.compare;

import java.util.Map;

/**
 * Curves of one network of a method.
 *
 * @param title name of the method and of the network
 * @param minutesBefore minutes of training of the networks before it
 * @param minutesPerStep minutes of a step, as measured before the training
 * @param seeds seed to metric ({@code loss}, {@code embedding_std}, and after rounds {@code
 *     neighbours}, {@code rankme}) to curve
 */
public record Curves(
    String title,
    double minutesBefore,
    double minutesPerStep,
    Map<Long, Map<String, Curve>> seeds) {}
