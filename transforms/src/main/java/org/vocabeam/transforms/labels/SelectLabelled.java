package org.vocabeam.transforms.labels;

import java.io.IOException;
import java.util.Map;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Images that may be seen with their label.
 *
 * <pre>{@code
 * pipeline
 *     .apply(SelectLabelled.of(new LabelledImages(groups, "train", new LabelShare(0.01, seed))))
 *     .apply(WriteStore.to(ImageRecord.TYPE, output));
 * }</pre>
 */
public final class SelectLabelled extends PTransform<PBegin, PCollection<ImageRecord>> {
  private static final long serialVersionUID = 1L;

  private final LabelledImages images;

  private SelectLabelled(LabelledImages images) {
    this.images = images;
  }

  public static SelectLabelled of(LabelledImages images) {
    return new SelectLabelled(images);
  }

  @Override
  public PCollection<ImageRecord> expand(PBegin begin) {
    PCollectionView<Map<String, LabelCut>> cuts = begin.apply("FindCuts", FindCuts.of(images));
    return images
        .rowGroups(begin)
        .apply("Select", ParDo.of(new Select(images, cuts)).withSideInputs(cuts))
        .setCoder(ImageRecord.TYPE.coder());
  }

  private static final class Select extends DoFn<RowGroup, ImageRecord> {
    private static final long serialVersionUID = 1L;

    private final LabelledImages images;
    private final PCollectionView<Map<String, LabelCut>> cuts;

    Select(LabelledImages images, PCollectionView<Map<String, LabelCut>> cuts) {
      this.images = images;
      this.cuts = cuts;
    }

    @ProcessElement
    public void select(ProcessContext context) throws IOException {
      Map<String, LabelCut> cutOfClass = context.sideInput(cuts);
      try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, context.element())) {
        rows.forEachRemaining(
            row -> {
              if (images.isLabelled(row.id(), row.label(), row.split(), cutOfClass)) {
                context.output(row);
              }
            });
      }
    }
  }
}
