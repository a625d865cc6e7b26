package org.vocabeam.transforms.codebook;

import java.util.Map;

/**
 * A complete codebook, read by {@link CodebookRecord#read}.
 *
 * @param words {@code [K, C]}, row-major, in the order of the words; all finite
 * @param count K
 * @param channels C
 * @param fingerprint of the store
 * @param provenance of the store: of which level and teacher it is
 */
public record Codebook(
    float[] words, int count, int channels, String fingerprint, Map<String, String> provenance) {}
