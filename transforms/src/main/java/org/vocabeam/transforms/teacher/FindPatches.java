package org.vocabeam.transforms.teacher;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.Top;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.codebook.NearestWord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.worker.ProgramPool;

/**
 * Patches of visual words: among the cells whose nearest word it is, those nearest to a word. A
 * word has at most one cell of an image.
 *
 * <pre>{@code
 * pipeline
 *     .apply(
 *         FindPatches.of(
 *             images.rowGroups(),
 *             "train",
 *             FeatureSource.cells(teacher, "layer4"),
 *             WordSource.codebook(codebook, 512),
 *             1,
 *             16))
 *     .apply(WriteStore.to(PatchRecord.TYPE, output));
 * }</pre>
 */
public final class FindPatches extends PTransform<PBegin, PCollection<PatchRecord>> {
  private static final long serialVersionUID = 1L;

  private final List<RowGroup> groups;
  private final @Nullable String split;
  private final FeatureSource cells;
  private final WordSource words;
  private final int border;
  private final int perWord;

  private FindPatches(
      List<RowGroup> groups,
      @Nullable String split,
      FeatureSource cells,
      WordSource words,
      int border,
      int perWord) {
    this.groups = groups;
    this.split = split;
    this.cells = cells;
    this.words = words;
    this.border = border;
    this.perWord = perWord;
  }

  /**
   * Returns the transform.
   *
   * @param groups of an images store
   * @param split of the searched images; null for all
   * @param cells {@link FeatureSource#cells} of the words' level and network
   * @param words to search cells for
   * @param border width of the outer ring of the map that is left out, at least 0
   * @param perWord most cells of a word
   */
  public static FindPatches of(
      List<RowGroup> groups,
      @Nullable String split,
      FeatureSource cells,
      WordSource words,
      int border,
      int perWord) {
    return new FindPatches(List.copyOf(groups), split, cells, words, border, perWord);
  }

  @Override
  public PCollection<PatchRecord> expand(PBegin begin) {
    return begin
        .apply("RowGroups", Create.of(groups).withCoder(SerializableCoder.of(RowGroup.class)))
        .apply(Reshuffle.viaRandomKey())
        .apply("Find", ParDo.of(new Find(split, cells, words, border)))
        .setCoder(KvCoder.of(VarIntCoder.of(), PatchRecord.TYPE.coder()))
        .apply("Nearest", Top.perKey(perWord, new PatchRecord.FarthestFirst()))
        .apply(Values.create())
        .apply(Flatten.iterables())
        .setCoder(PatchRecord.TYPE.coder());
  }

  static final class Find extends DoFn<RowGroup, KV<Integer, PatchRecord>> {
    private static final long serialVersionUID = 1L;

    private final @Nullable String split;
    private final FeatureSource cells;
    private final WordSource source;
    private final int border;
    private transient FeatureSource.@Nullable Extractor extractor;
    private transient ProgramPool.@Nullable Lease<NearestWord> words;

    Find(@Nullable String split, FeatureSource cells, WordSource source, int border) {
      this.split = split;
      this.cells = cells;
      this.source = source;
      this.border = border;
    }

    @ProcessElement
    public void find(@Element RowGroup group, OutputReceiver<KV<Integer, PatchRecord>> out)
        throws IOException {
      if (extractor == null) {
        extractor = cells.open();
        words = source.lease();
      }
      extractor.extract(group, split, (images, features) -> output(images, features, out));
    }

    private void output(
        List<ImageRecord> images, float[] features, OutputReceiver<KV<Integer, PatchRecord>> out) {
      int side = cells.pooling().grid();
      int[] nearest = new int[images.size() * side * side];
      double[] distances = new double[nearest.length];
      words.program().assign(features, nearest.length, nearest, distances);
      int at = 0;
      for (ImageRecord image : images) {
        Map<Integer, PatchRecord> nearestCell = new TreeMap<>();
        for (int cell = 0; cell < side * side; cell++, at++) {
          int y = cell / side;
          int x = cell % side;
          if (Math.min(y, x) >= border && Math.max(y, x) < side - border) {
            PatchRecord patch = new PatchRecord(nearest[at], image.id(), y, x, distances[at]);
            nearestCell.merge(
                patch.word(), patch, (a, b) -> b.squaredDistance() < a.squaredDistance() ? b : a);
          }
        }
        nearestCell.forEach((word, patch) -> out.output(KV.of(word, patch)));
      }
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
