package org.vocabeam.models.training;

import org.vocabeam.models.views.Normalisation;

/**
 * What a preset is asked for: the images, and how long to train on them.
 *
 * @param images the shape that they all have
 * @param normalisation the statistics of the data set
 * @param imageCount images of an epoch
 * @param steps of the whole run
 */
public record Task(
    ImageShape images, Normalisation normalisation, long imageCount, long steps, long seed) {}
