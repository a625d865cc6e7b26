package org.vocabeam.transforms.codebook;

import com.google.common.hash.Hashing;
import java.io.Serializable;
import java.util.Objects;
import java.util.TreeSet;
import org.apache.beam.sdk.transforms.Combine;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;

/** Counts and bounds over descriptors, the same in any order of adding and merging. */
final class DescriptorSurvey implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int enough;
  private long descriptors;
  private float magnitude;

  /** Least hashes of contents, as many as decide if there are enough different ones. */
  private final TreeSet<Long> contents = new TreeSet<>();

  /**
   * @param enough number of different descriptors to count to
   */
  DescriptorSurvey(int enough) {
    this.enough = enough;
  }

  /**
   * Adds a descriptor.
   *
   * @param values of the descriptor, {@code [C]}
   * @throws UserError when a value is not finite
   */
  void add(DescriptorRecord descriptor, float[] values) {
    float largest = 0;
    for (int c = 0; c < values.length; c++) {
      float value = Math.abs(values[c]);
      if (!(value <= Float.MAX_VALUE)) {
        throw new UserError(
            String.format(
                "descriptor %s has the value %s in channel %d, must be finite; the teacher is"
                    + " broken: use another, and extract the descriptors again",
                descriptor.id(), values[c], c));
      }
      largest = Math.max(largest, value);
    }
    descriptors++;
    magnitude = Math.max(magnitude, largest);
    addContent(Hashing.murmur3_128().hashBytes(descriptor.bytes()).asLong());
  }

  private void addContent(long hash) {
    if (contents.size() < enough || hash < contents.last()) {
      contents.add(hash);
      if (contents.size() > enough) {
        contents.pollLast();
      }
    }
  }

  private void merge(DescriptorSurvey other) {
    descriptors += other.descriptors;
    magnitude = Math.max(magnitude, other.magnitude);
    other.contents.forEach(this::addContent);
  }

  private SurveyRecord record(int channels) {
    if (contents.size() < enough) {
      throw new UserError(
          String.format(
              "words is %d, must be at most %d, because only so many of the %d descriptors are"
                  + " different; give fewer words, or extract descriptors of more images",
              enough, contents.size(), descriptors));
    }
    return new SurveyRecord(descriptors, magnitude, channels);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DescriptorSurvey that
        && enough == that.enough
        && descriptors == that.descriptors
        && magnitude == that.magnitude
        && contents.equals(that.contents);
  }

  @Override
  public int hashCode() {
    return Objects.hash(descriptors, contents);
  }

  /** Merge of surveys. */
  static final class Merge
      extends Combine.CombineFn<DescriptorSurvey, DescriptorSurvey, SurveyRecord> {
    private static final long serialVersionUID = 1L;

    private final int enough;
    private final int channels;

    Merge(int enough, int channels) {
      this.enough = enough;
      this.channels = channels;
    }

    @Override
    public DescriptorSurvey createAccumulator() {
      return new DescriptorSurvey(enough);
    }

    @Override
    public DescriptorSurvey addInput(DescriptorSurvey accumulator, DescriptorSurvey input) {
      accumulator.merge(input);
      return accumulator;
    }

    @Override
    public DescriptorSurvey mergeAccumulators(Iterable<DescriptorSurvey> accumulators) {
      DescriptorSurvey merged = createAccumulator();
      accumulators.forEach(merged::merge);
      return merged;
    }

    @Override
    public SurveyRecord extractOutput(DescriptorSurvey accumulator) {
      return accumulator.record(channels);
    }
  }
}
