package org.vocabeam.pipelines.inputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.targets.TargetRecord;

class TrainingTargetsTest {
  private static final int WORDS = 8;

  @TempDir static Path directory;
  private static Path store;
  private static TrainingImages images;

  @BeforeAll
  static void draw() throws IOException {
    store = SmallStore.of(directory, 30, 15);
    images = TrainingImages.open(store.toString(), "train");
  }

  /** As assign writes it for the split {@code train}, but for what the arguments say. */
  private static String write(String name, String split, int shards, Map<String, String> other)
      throws IOException {
    Map<String, String> provenance = new HashMap<>();
    provenance.put(TargetRecord.IMAGES, images.fingerprint());
    provenance.put(TargetRecord.SPLIT, "train");
    provenance.put(TargetRecord.WORDS, Integer.toString(WORDS));
    provenance.putAll(other);
    List<TargetRecord> targets = new ArrayList<>();
    StoreReader<ImageRecord> reader = StoreReader.open(ImageRecord.TYPE, store.toString());
    for (RowGroup group : reader.rowGroups()) {
      try (RowReader<ImageRecord> rows = reader.read(group)) {
        rows.forEachRemaining(
            image -> {
              if (image.split().equals(split)) {
                targets.add(new TargetRecord(image.id(), List.of(1), List.of(1f)));
              }
            });
      }
    }
    String to = directory.resolve(name).toString();
    WriteStore<TargetRecord> write =
        WriteStore.to(TargetRecord.TYPE, to).withShards(shards).withProvenance(provenance);
    write.prepare(false);
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=DirectRunner").create());
    pipeline.apply(Create.of(targets).withCoder(TargetRecord.TYPE.coder())).apply(write);
    pipeline.run().waitUntilFinish();
    write.commit();
    return to;
  }

  private static String refused(String targets, int words) {
    return assertThrows(
            UserError.class, () -> TrainingTargets.open(targets, images, "bownet", words))
        .getMessage();
  }

  @Test
  void targetsOfTheseImagesAreTaken() throws IOException {
    String targets = write("good", "train", 2, Map.of());
    TrainingTargets opened = TrainingTargets.open(targets, images, "bownet", WORDS);
    assertEquals(targets, opened.directory());
    assertEquals(StoreReader.open(TargetRecord.TYPE, targets).fingerprint(), opened.fingerprint());
  }

  @Test
  void othersAreRefusedByWhatDiffers() throws IOException {
    String other = write("other", "train", 2, Map.of(TargetRecord.IMAGES, "0123"));
    assertTrue(refused(other, WORDS).startsWith(other + " was made with images 0123 instead of "));
    String split = write("split", "test", 2, Map.of(TargetRecord.SPLIT, "test"));
    assertTrue(refused(split, WORDS).contains(" with split test instead of train; "));
    assertTrue(
        refused(write("w", "train", 2, Map.of()), 9).contains(" with words 8 instead of 9; "));
    assertTrue(
        refused(write("s", "train", 3, Map.of()), WORDS).contains("has 3 files, the images 2"));
    assertTrue(refused(write("r", "test", 2, Map.of()), WORDS).contains("rows in its files"));
    assertTrue(refused(store.toString(), WORDS).contains("a store of targets is needed"));
  }

  @Test
  void aMethodIsGivenTargetsWhenItWantsThem() {
    assertNull(TrainingTargets.open(null, images, "obow", 0));
    assertTrue(refused(null, WORDS).startsWith("bownet is trained on targets; give --targets"));
    assertTrue(refused("anything", 0).startsWith("bownet makes its own targets"));
  }
}
