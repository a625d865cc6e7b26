/**
 * Weights of other libraries. Decisions:
 *
 * <ul>
 *   <li>A file is read by ranges: names, types and shapes at once ({@link
 *       org.vocabeam.models.weights.WeightFile#open}), the values of a tensor when they are asked
 *       for. Nothing is mapped, so a file that shrinks meanwhile is an error and no crash.
 *   <li>Memory: at most 200 bytes for a byte of a header or a pickle, of which there are at most 64
 *       MB and 4 million values; a tensor takes its values as float32 and, where its axes are
 *       permuted, the part of the file that it spans. A view is never larger than its storage or
 *       its file.
 *   <li>A pickle is read by an unpickler of our own, for data alone, with a closed list of class
 *       names. {@code net.razorvine:pickle} makes arrays of any length that a file claims, calls
 *       {@code __setstate__} of any object by reflection, and its list of constructors is one for
 *       the whole JVM and has classes that we would have to take out; its methods cannot be
 *       replaced one by one.
 *   <li>Of 20,000 mutated files (seed 21, {@code WeightFuzzTest}) 2,247 were read and 17,753
 *       refused in one line, in 256 MB.
 * </ul>
 */
package org.vocabeam.models.weights;
