package org.vocabeam.transforms.codebook;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.codebook.Outliers;
import org.vocabeam.models.codebook.Outliers.Outlier;

/** Farthest descriptors among those of all workers. */
final class KeepFarthest extends Combine.CombineFn<List<Outlier>, List<Outlier>, List<Outlier>> {
  private static final long serialVersionUID = 1L;

  static final Coder<List<Outlier>> CODER = ListCoder.of(new OutlierCoder());

  private final int capacity;

  /**
   * @param capacity most descriptors to keep
   */
  KeepFarthest(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public List<Outlier> createAccumulator() {
    return List.of();
  }

  @Override
  public List<Outlier> addInput(List<Outlier> accumulator, List<Outlier> input) {
    return mergeAccumulators(List.of(accumulator, input));
  }

  @Override
  public List<Outlier> mergeAccumulators(Iterable<List<Outlier>> accumulators) {
    Outliers merged = new Outliers(capacity);
    accumulators.forEach(accumulator -> accumulator.forEach(merged::offer));
    return merged.list();
  }

  @Override
  public List<Outlier> extractOutput(List<Outlier> accumulator) {
    return accumulator;
  }

  @Override
  public Coder<List<Outlier>> getAccumulatorCoder(
      CoderRegistry registry, Coder<List<Outlier>> inputCoder) {
    return CODER;
  }

  @Override
  public Coder<List<Outlier>> getDefaultOutputCoder(
      CoderRegistry registry, Coder<List<Outlier>> inputCoder) {
    return CODER;
  }

  private static final class OutlierCoder extends CustomCoder<Outlier> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Outlier outlier, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeDouble(outlier.squaredDistance());
      byte[] bytes = DescriptorRecord.encode(outlier.descriptor());
      data.writeInt(bytes.length);
      data.write(bytes);
    }

    @Override
    public Outlier decode(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      double squaredDistance = data.readDouble();
      byte[] bytes = new byte[data.readInt()];
      data.readFully(bytes);
      float[] values = new float[bytes.length / Float.BYTES];
      DescriptorRecord.decode(bytes, values, 0);
      return new Outlier(squaredDistance, values);
    }

    @Override
    public void verifyDeterministic() {}

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof OutlierCoder;
    }

    @Override
    public int hashCode() {
      return OutlierCoder.class.hashCode();
    }
  }
}
