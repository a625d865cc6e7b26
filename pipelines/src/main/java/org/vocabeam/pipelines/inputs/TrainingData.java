package org.vocabeam.pipelines.inputs;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Data that a run is trained on.
 *
 * @param images images, whose rows decide the order of the others
 * @param targets targets of the images; null for a method that makes its own
 * @param views stored views of the images; null to render them
 */
public record TrainingData(
    TrainingImages images, @Nullable TrainingTargets targets, @Nullable TrainingViews views) {}
