package org.vocabeam.pipelines.inputs;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a run is trained on.
 *
 * @param targets null for a method that makes its own
 * @param views null to render them from the images
 */
public record TrainingData(
    TrainingImages images, @Nullable TrainingTargets targets, @Nullable TrainingViews views) {}
