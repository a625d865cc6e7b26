package org.vocabeam.transforms.features;

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
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.metrics.WorkerCounter;
import org.vocabeam.transforms.metrics.WorkerMetric;
import org.vocabeam.transforms.parquet.RowGroup;

/**
 * Features of the images of a store, row group by row group: a worker reads its images itself and
 * runs the encoder on batches, so that no image goes through the runner.
 *
 * <pre>{@code
 * pipeline
 *     .apply(
 *         EmbedImages.of(
 *             StoreReader.open(ImageRecord.TYPE, images).rowGroups(),
 *             FeatureSource.trained(checkpoint, Pooling.GLOBAL)))
 *     .apply(WriteStore.to(EmbeddingRecord.TYPE, output));
 * }</pre>
 */
public final class EmbedImages extends PTransform<PBegin, PCollection<EmbeddingRecord>> {
  private static final long serialVersionUID = 1L;

  private final List<RowGroup> groups;
  private final FeatureSource source;

  private EmbedImages(List<RowGroup> groups, FeatureSource source) {
    this.groups = groups;
    this.source = source;
  }

  /**
   * Returns the transform.
   *
   * @param groups of an images store
   * @param source of the features
   */
  public static EmbedImages of(List<RowGroup> groups, FeatureSource source) {
    return new EmbedImages(List.copyOf(groups), source);
  }

  @Override
  public PCollection<EmbeddingRecord> expand(PBegin begin) {
    return begin
        .apply("RowGroups", Create.of(groups).withCoder(SerializableCoder.of(RowGroup.class)))
        .apply(Reshuffle.viaRandomKey())
        .apply("Embed", ParDo.of(new Embed(source)))
        .setCoder(EmbeddingRecord.TYPE.coder());
  }

  static final class Embed extends DoFn<RowGroup, EmbeddingRecord> {
    private static final long serialVersionUID = 1L;

    private final FeatureSource source;
    private final WorkerCounter embedded = WorkerCounter.of(WorkerMetric.EMBEDDED);
    private transient FeatureSource.Extractor extractor;

    Embed(FeatureSource source) {
      this.source = source;
    }

    @ProcessElement
    public void embed(@Element RowGroup group, OutputReceiver<EmbeddingRecord> out)
        throws IOException {
      if (extractor == null) {
        extractor = source.open();
      }
      extractor.extract(group, null, (images, features) -> output(images, features, out));
    }

    private void output(
        List<ImageRecord> images, float[] features, OutputReceiver<EmbeddingRecord> out) {
      int width = features.length / images.size();
      for (int i = 0; i < images.size(); i++) {
        ImageRecord image = images.get(i);
        float[] embedding = Arrays.copyOfRange(features, i * width, (i + 1) * width);
        out.output(new EmbeddingRecord(image.id(), image.label(), image.split(), embedding));
      }
      embedded.inc(images.size());
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
