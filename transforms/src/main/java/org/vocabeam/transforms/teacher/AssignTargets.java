package org.vocabeam.transforms.teacher;

import com.google.common.primitives.Floats;
import com.google.common.primitives.Ints;
import java.io.IOException;
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
import org.vocabeam.models.bownet.BagTarget;
import org.vocabeam.models.codebook.NearestWord;
import org.vocabeam.transforms.codebook.Codebook;
import org.vocabeam.transforms.codebook.CodebookRecord;
import org.vocabeam.transforms.codebook.WordFinder;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.metrics.WorkerCounter;
import org.vocabeam.transforms.metrics.WorkerMetric;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.targets.TargetRecord;
import org.vocabeam.transforms.worker.ProgramPool;

/**
 * Bags of visual words of images: every cell of the teacher's map goes to its nearest word.
 *
 * <pre>{@code
 * pipeline
 *     .apply(
 *         AssignTargets.of(
 *             images.rowGroups(),
 *             "train",
 *             FeatureSource.cells(teacher, "layer4"),
 *             codebook,
 *             BagTarget.Kind.HISTOGRAM))
 *     .apply(WriteStore.to(TargetRecord.TYPE, output));
 * }</pre>
 */
public final class AssignTargets extends PTransform<PBegin, PCollection<TargetRecord>> {
  private static final long serialVersionUID = 1L;

  private final List<RowGroup> groups;
  private final @Nullable String split;
  private final FeatureSource cells;
  private final String codebook;
  private final BagTarget.Kind kind;

  private AssignTargets(
      List<RowGroup> groups,
      @Nullable String split,
      FeatureSource cells,
      String codebook,
      BagTarget.Kind kind) {
    this.groups = groups;
    this.split = split;
    this.cells = cells;
    this.codebook = codebook;
    this.kind = kind;
  }

  /**
   * Returns the transform.
   *
   * @param groups of an images store
   * @param split of the wanted images; null for all
   * @param cells {@link FeatureSource#cells} of the codebook's level and teacher
   * @param codebook directory of the store
   * @param kind of the weights
   */
  public static AssignTargets of(
      List<RowGroup> groups,
      @Nullable String split,
      FeatureSource cells,
      String codebook,
      BagTarget.Kind kind) {
    return new AssignTargets(List.copyOf(groups), split, cells, codebook, kind);
  }

  @Override
  public PCollection<TargetRecord> expand(PBegin begin) {
    return begin
        .apply("RowGroups", Create.of(groups).withCoder(SerializableCoder.of(RowGroup.class)))
        .apply(Reshuffle.viaRandomKey())
        .apply("Assign", ParDo.of(new Assign(split, cells, codebook, kind)))
        .setCoder(TargetRecord.TYPE.coder());
  }

  static final class Assign extends DoFn<RowGroup, TargetRecord> {
    private static final long serialVersionUID = 1L;

    private final @Nullable String split;
    private final FeatureSource cells;
    private final String codebook;
    private final BagTarget.Kind kind;
    private final WorkerCounter assigned = WorkerCounter.of(WorkerMetric.TARGETS);
    private transient FeatureSource.@Nullable Extractor extractor;
    private transient ProgramPool.@Nullable Lease<NearestWord> words;

    Assign(@Nullable String split, FeatureSource cells, String codebook, BagTarget.Kind kind) {
      this.split = split;
      this.cells = cells;
      this.codebook = codebook;
      this.kind = kind;
    }

    @ProcessElement
    public void assign(@Element RowGroup group, OutputReceiver<TargetRecord> out)
        throws IOException {
      if (extractor == null) {
        extractor = cells.open();
        Codebook read = CodebookRecord.read(codebook);
        words = WordFinder.lease(read.words(), read.count(), read.channels());
      }
      extractor.extract(group, split, (images, features) -> output(images, features, out));
    }

    private void output(
        List<ImageRecord> images, float[] features, OutputReceiver<TargetRecord> out) {
      int locations = cells.pooling().grid() * cells.pooling().grid();
      int[] nearest = new int[images.size() * locations];
      words.program().assign(features, nearest.length, nearest);
      for (int i = 0; i < images.size(); i++) {
        BagTarget bag = BagTarget.of(nearest, i * locations, (i + 1) * locations, kind);
        out.output(
            new TargetRecord(
                images.get(i).id(), Ints.asList(bag.words()), Floats.asList(bag.weights())));
      }
      assigned.inc(images.size());
    }

    @Teardown
    public void close() {
      if (extractor != null) {
        extractor.close();
        words.close();
        extractor = null;
      }
    }
  }
}
