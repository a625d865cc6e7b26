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
 * A target for every image of a split: the one word is its class, and there is none for an image
 * that may not be seen with its label.
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
      Map<String, LabelCut> of = context.sideInput(cuts);
      try (RowReader<LabelRow> rows = RowReader.of(LabelRow.TYPE, context.element())) {
        rows.forEachRemaining(
            row -> {
              if (images.isLabelled(row.id(), row.label(), row.split(), of)) {
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
