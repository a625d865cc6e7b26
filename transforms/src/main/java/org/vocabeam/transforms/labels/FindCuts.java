package org.vocabeam.transforms.labels;

import com.google.common.collect.Comparators;
import com.google.common.collect.Streams;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/** Cut of every class: its labelled images are those up to the cut. */
final class FindCuts extends PTransform<PBegin, PCollectionView<Map<String, LabelCut>>> {
  private static final long serialVersionUID = 1L;

  private final LabelledImages images;

  private FindCuts(LabelledImages images) {
    this.images = images;
  }

  static FindCuts of(LabelledImages images) {
    return new FindCuts(images);
  }

  @Override
  public PCollectionView<Map<String, LabelCut>> expand(PBegin begin) {
    PCollection<KV<String, String>> ids =
        images
            .rowGroups(begin)
            .apply("ReadLabels", ParDo.of(new ReadLabels(images)))
            .setCoder(KvCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of()));
    PCollectionView<Map<String, Long>> counts =
        ids.apply("CountClasses", Count.perKey()).apply("Counts", View.asMap());
    return ids.apply("GroupClasses", GroupByKey.create())
        .apply("Cut", ParDo.of(new Cut(images.share(), counts)).withSideInputs(counts))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), SerializableCoder.of(LabelCut.class)))
        .apply("Cuts", View.asMap());
  }

  private static final class ReadLabels extends DoFn<RowGroup, KV<String, String>> {
    private static final long serialVersionUID = 1L;

    private final LabelledImages images;

    ReadLabels(LabelledImages images) {
      this.images = images;
    }

    @ProcessElement
    public void read(@Element RowGroup group, OutputReceiver<KV<String, String>> out)
        throws IOException {
      try (RowReader<LabelRow> rows = RowReader.of(LabelRow.TYPE, group)) {
        rows.forEachRemaining(
            row -> {
              if (row.label() != null && images.has(row.split())) {
                out.output(KV.of(row.label(), row.id()));
              }
            });
      }
    }
  }

  private static final class Cut extends DoFn<KV<String, Iterable<String>>, KV<String, LabelCut>> {
    private static final long serialVersionUID = 1L;

    private final LabelShare share;
    private final PCollectionView<Map<String, Long>> counts;

    Cut(LabelShare share, PCollectionView<Map<String, Long>> counts) {
      this.share = share;
      this.counts = counts;
    }

    @ProcessElement
    public void cut(ProcessContext context) {
      String label = context.element().getKey();
      int images = Math.toIntExact(context.sideInput(counts).get(label));
      List<LabelCut> least =
          Streams.stream(context.element().getValue())
              .map(id -> new LabelCut(share.hash(id), id))
              .collect(Comparators.least(share.count(images), Comparator.naturalOrder()));
      context.output(KV.of(label, least.get(least.size() - 1)));
    }
  }
}
