package org.vocabeam.transforms.labels;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.targets.TargetRecord;

/**
 * Targets for every image of a split: one word, the number of its class, or none for an image that
 * may not be seen with its label.
 *
 * <pre>{@code
 * LabelledImages images =
 *     new LabelledImages(store.rowGroups(), "train", new LabelShare(0.1, seed));
 * pipeline
 *     .apply(LabelTargets.of(images, statistics.classes()))
 *     .apply(WriteStore.to(TargetRecord.TYPE, output));
 * }</pre>
 */
public final class LabelTargets extends PTransform<PBegin, PCollection<TargetRecord>> {
  private static final long serialVersionUID = 1L;

  private final LabelledImages images;
  private final List<String> classes;

  private LabelTargets(LabelledImages images, List<String> classes) {
    this.images = images;
    this.classes = classes;
  }

  /**
   * Returns the transform.
   *
   * @param classes all labels, sorted; a label's number is its place
   */
  public static LabelTargets of(LabelledImages images, List<String> classes) {
    return new LabelTargets(images, List.copyOf(classes));
  }

  @Override
  public PCollection<TargetRecord> expand(PBegin begin) {
    PCollectionView<Map<String, LabelCut>> cuts = begin.apply("FindCuts", FindCuts.of(images));
    return images
        .rowGroups(begin)
        .apply("Label", ParDo.of(new Label(images, classes, cuts)).withSideInputs(cuts))
        .setCoder(TargetRecord.TYPE.coder());
  }

  private static final class Label extends DoFn<RowGroup, TargetRecord> {
    private static final long serialVersionUID = 1L;

    private final LabelledImages images;
    private final List<String> classes;
    private final PCollectionView<Map<String, LabelCut>> cuts;

    Label(
        LabelledImages images, List<String> classes, PCollectionView<Map<String, LabelCut>> cuts) {
      this.images = images;
      this.classes = classes;
      this.cuts = cuts;
    }

    @ProcessElement
    public void label(ProcessContext context) throws IOException {
      Map<String, LabelCut> cutOfClass = context.sideInput(cuts);
      try (RowReader<LabelRow> rows = RowReader.of(LabelRow.TYPE, context.element())) {
        rows.forEachRemaining(
            row -> {
              if (images.isLabelled(row.id(), row.label(), row.split(), cutOfClass)) {
                int word = Collections.binarySearch(classes, row.label());
                context.output(new TargetRecord(row.id(), List.of(word), List.of(1f)));
              } else if (images.has(row.split())) {
                context.output(new TargetRecord(row.id(), List.of(), List.of()));
              }
            });
      }
    }
  }
}
