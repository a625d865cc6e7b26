package org.vocabeam.transforms.teacher;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;
import org.vocabeam.models.evaluate.RandomPermutation;
import org.vocabeam.transforms.codebook.DescriptorRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.metrics.WorkerCounter;
import org.vocabeam.transforms.metrics.WorkerMetric;
import org.vocabeam.transforms.parquet.RowGroup;

/**
 * Sampled local features of images, made by a teacher. A hash of (seed, image id) chooses the cells
 * of an image: the same for every teacher with a map of the same size.
 *
 * <pre>{@code
 * pipeline
 *     .apply(
 *         ExtractDescriptors.of(
 *             images.rowGroups(), "train", FeatureSource.cells(teacher, "layer4"), 8, seed))
 *     .apply(WriteStore.to(DescriptorRecord.TYPE, output));
 * }</pre>
 */
public final class ExtractDescriptors extends PTransform<PBegin, PCollection<DescriptorRecord>> {
  private static final long serialVersionUID = 1L;

  private final List<RowGroup> groups;
  private final @Nullable String split;
  private final FeatureSource cells;
  private final int perImage;
  private final long seed;

  private ExtractDescriptors(
      List<RowGroup> groups, @Nullable String split, FeatureSource cells, int perImage, long seed) {
    this.groups = groups;
    this.split = split;
    this.cells = cells;
    this.perImage = perImage;
    this.seed = seed;
  }

  /**
   * Returns the transform.
   *
   * @param groups of an images store
   * @param split of the wanted images; null for all
   * @param cells {@link FeatureSource#cells}
   * @param perImage number of different cells of every image, 1 to those of the map
   * @param seed of the choice of cells
   */
  public static ExtractDescriptors of(
      List<RowGroup> groups, @Nullable String split, FeatureSource cells, int perImage, long seed) {
    int cellsOfMap = cells.pooling().grid() * cells.pooling().grid();
    if (perImage < 1 || perImage > cellsOfMap) {
      throw new UserError(
          String.format(
              "perImage is %d, must be 1 to %d, the cells of the map of %s",
              perImage, cellsOfMap, cells.pooling().level()));
    }
    return new ExtractDescriptors(List.copyOf(groups), split, cells, perImage, seed);
  }

  @Override
  public PCollection<DescriptorRecord> expand(PBegin begin) {
    return begin
        .apply("RowGroups", Create.of(groups).withCoder(SerializableCoder.of(RowGroup.class)))
        .apply(Reshuffle.viaRandomKey())
        .apply("Extract", ParDo.of(new Extract(split, cells, perImage, seed)))
        .setCoder(DescriptorRecord.TYPE.coder());
  }

  static final class Extract extends DoFn<RowGroup, DescriptorRecord> {
    private static final long serialVersionUID = 1L;

    private final @Nullable String split;
    private final FeatureSource cells;
    private final int perImage;
    private final long seed;
    private final WorkerCounter extracted = WorkerCounter.of(WorkerMetric.DESCRIPTORS);
    private transient FeatureSource.@Nullable Extractor extractor;

    Extract(@Nullable String split, FeatureSource cells, int perImage, long seed) {
      this.split = split;
      this.cells = cells;
      this.perImage = perImage;
      this.seed = seed;
    }

    @ProcessElement
    public void extract(@Element RowGroup group, OutputReceiver<DescriptorRecord> out)
        throws IOException {
      if (extractor == null) {
        extractor = cells.open();
      }
      extractor.extract(group, split, (images, features) -> output(images, features, out));
    }

    private void output(
        List<ImageRecord> images, float[] features, OutputReceiver<DescriptorRecord> out) {
      int side = cells.pooling().grid();
      int width = features.length / images.size();
      int channels = width / (side * side);
      for (int i = 0; i < images.size(); i++) {
        String id = images.get(i).id();
        int[] order = RandomPermutation.of(side * side, Seeds.random(seed, "descriptors", id));
        for (int n = 0; n < perImage; n++) {
          int at = i * width + order[n] * channels;
          out.output(
              DescriptorRecord.of(
                  id,
                  order[n] / side,
                  order[n] % side,
                  Arrays.copyOfRange(features, at, at + channels)));
        }
      }
      extracted.inc((long) images.size() * perImage);
    }

    @Teardown
    public void close() {
      if (extractor != null) {
        extractor.close();
        extractor = null;
      }
    }
  }
}
