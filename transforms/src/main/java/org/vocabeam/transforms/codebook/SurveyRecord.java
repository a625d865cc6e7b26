package org.vocabeam.transforms.codebook;

import java.io.Serializable;
import org.vocabeam.models.codebook.FixedPoint;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Survey of all descriptors before the first iteration: the row of a {@code survey} store.
 *
 * @param descriptors number of descriptors
 * @param magnitude largest absolute value of a channel
 * @param channels C
 */
public record SurveyRecord(long descriptors, double magnitude, int channels)
    implements Serializable {

  public static final RecordType<SurveyRecord> TYPE =
      RecordType.of(SurveyRecord.class, "survey", s -> "survey");

  /** Returns the unit of sums of channels. */
  FixedPoint ofValues() {
    return FixedPoint.forSum(descriptors, magnitude);
  }

  /** Returns the unit of sums of squared distances; words lie between descriptors. */
  FixedPoint ofDistances() {
    return FixedPoint.forSum(descriptors, 4 * channels * magnitude * magnitude);
  }
}
