package org.vocabeam.transforms.codebook;

import java.util.Map;

/**
 * Complete codebook, read by {@link CodebookRecord#read}.
 *
 * @param words {@code [K, C]}, row-major, in the order of the words; all finite
 * @param count K
 * @param channels C
 * @param fingerprint of the store
 * @param provenance of the store, with the level and teacher of its descriptors
 */
public record Codebook(
    float[] words, int count, int channels, String fingerprint, Map<String, String> provenance) {}
