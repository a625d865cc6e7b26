package org.vocabeam.transforms.views;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.training.Augmenter;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.ViewBatch;
import org.vocabeam.models.views.ViewSpec;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.metrics.WorkerCounter;
import org.vocabeam.transforms.metrics.WorkerMetric;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.OpenShard;
import org.vocabeam.transforms.store.ShardWriter;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.StoreShards;
import org.vocabeam.transforms.views.ViewsRecord.View;

/**
 * Views of the images of a store for one epoch, written shard by shard. The output is (shard, rows)
 * for every file that is complete.
 *
 * <pre>{@code
 * StoreReader<ImageRecord> images = StoreReader.open(ImageRecord.TYPE, input);
 * WriteStore<ViewsRecord> views =
 *     WriteStore.to(ViewsRecord.TYPE, output).withShards(images.manifest().shards().size());
 * views.prepare(false);
 * pipeline.apply(AugmentImages.of(images, "train", recipe, 0, views.shardWriter()));
 * pipeline.run().waitUntilFinish();
 * views.commit();
 * }</pre>
 */
public final class AugmentImages extends PTransform<PBegin, PCollection<KV<Integer, Long>>> {
  private static final long serialVersionUID = 1L;

  private static final int BATCH = 64;

  private final StoreShards shards;
  private final Render render;

  private AugmentImages(StoreShards shards, Render render) {
    this.shards = shards;
    this.render = render;
  }

  /**
   * Returns the transform.
   *
   * @param images to render views of
   * @param split of the wanted images; null for all
   * @param recipe JSON, with the method that defines the views and the seed of their draws
   * @param epoch of the run, from 0
   * @param views writer of a store with as many shards as the images
   */
  public static AugmentImages of(
      StoreReader<ImageRecord> images,
      @Nullable String split,
      Recipe recipe,
      long epoch,
      ShardWriter<ViewsRecord> views) {
    return new AugmentImages(StoreShards.of(images), new Render(split, recipe, epoch, views));
  }

  @Override
  public PCollection<KV<Integer, Long>> expand(PBegin begin) {
    return begin.apply("Shards", shards).apply("Render", ParDo.of(render));
  }

  static final class Render extends DoFn<StoreShards.Shard, KV<Integer, Long>> {
    private static final long serialVersionUID = 1L;

    private final @Nullable String split;
    private final Recipe recipe;
    private final long epoch;
    private final ShardWriter<ViewsRecord> views;
    private final WorkerCounter augmented = WorkerCounter.of(WorkerMetric.AUGMENTED);
    private transient @Nullable Augmenter augmenter;
    private transient @Nullable ViewBatch batch;

    Render(@Nullable String split, Recipe recipe, long epoch, ShardWriter<ViewsRecord> views) {
      this.split = split;
      this.recipe = recipe;
      this.epoch = epoch;
      this.views = views;
    }

    @ProcessElement
    public void render(@Element StoreShards.Shard shard, OutputReceiver<KV<Integer, Long>> out)
        throws IOException {
      List<ImageRecord> batch = new ArrayList<>();
      try (OpenShard<ViewsRecord> file = views.open(shard.number())) {
        for (RowGroup group : shard.rowGroups()) {
          try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group)) {
            while (rows.hasNext()) {
              ImageRecord image = rows.next();
              if (split == null || split.equals(image.split())) {
                batch.add(image);
              }
              if (batch.size() == BATCH) {
                append(batch, file);
                batch.clear();
              }
            }
          }
        }
        append(batch, file);
        out.output(KV.of(shard.number(), file.commit()));
      }
    }

    private void append(List<ImageRecord> images, OpenShard<ViewsRecord> file) throws IOException {
      if (images.isEmpty()) {
        return;
      }
      if (augmenter == null) {
        augmenter = Augmenter.of(recipe, BATCH);
        batch = augmenter.batch();
      }
      ViewCutter cutter = ViewCutter.of(recipe);
      for (int i = 0; i < images.size(); i++) {
        cutter.cut(images.get(i), epoch, batch, i);
      }
      Map<String, byte[]> rendered = augmenter.render(batch);
      int channels = recipe.images().channels();
      for (int i = 0; i < images.size(); i++) {
        ImageRecord image = images.get(i);
        List<View> viewsOfImage = new ArrayList<>();
        for (ViewSpec spec : augmenter.views().views()) {
          int bytes = spec.size() * spec.size() * channels;
          for (int crop = 0; crop < spec.count(); crop++) {
            int from = (i * spec.count() + crop) * bytes;
            byte[] pixels = Arrays.copyOfRange(rendered.get(spec.name()), from, from + bytes);
            viewsOfImage.add(new View(spec.name(), crop, spec.size(), channels, pixels));
          }
        }
        file.append(new ViewsRecord(image.id(), epoch, image.label(), image.split(), viewsOfImage));
      }
      augmented.inc(images.size());
    }

    @Teardown
    public void close() {
      if (augmenter != null) {
        augmenter.close();
        augmenter = null;
      }
    }
  }
}
