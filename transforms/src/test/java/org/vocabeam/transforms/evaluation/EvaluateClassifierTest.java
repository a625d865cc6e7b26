package org.vocabeam.transforms.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.features.PixelTeacher;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;

/** {@link EvaluateClassifier} on images that a classifier calls bright or dark. */
class EvaluateClassifierTest {
  private static final MetricRecord METRIC = new MetricRecord("tuned", "accuracy", 0.5, -1, -1);

  @TempDir static Path directory;

  private static FeatureSource logits;
  private static List<RowGroup> groups;

  /** 70 test images with a label: of 40 bright ones 30 are right, of 20 dark ones 5. */
  @BeforeAll
  static void write() throws IOException {
    logits = FeatureSource.logits(PixelTeacher.checkpoint(directory.resolve("checkpoint")));
    List<ImageRecord> images = new ArrayList<>();
    add(images, "bright", "test", 200, 30);
    add(images, "bright", "test", 50, 10);
    add(images, "dark", "test", 40, 5);
    add(images, "dark", "test", 250, 15);
    add(images, "grey", "test", 255, 10); // a class that the classifier does not know
    add(images, null, "test", 200, 20);
    add(images, "bright", "train", 200, 8);
    groups = PixelTeacher.store(directory.resolve("images"), images);
  }

  private static void add(
      List<ImageRecord> images, String label, String split, int value, int count) {
    for (int i = 0; i < count; i++) {
      images.add(PixelTeacher.plain("i" + images.size(), label, split, value));
    }
  }

  private static void assertAccuracy(double expected, String split, List<RowGroup> groups) {
    Pipeline pipeline = Pipeline.create();
    PAssert.that(
            pipeline.apply(
                EvaluateClassifier.of(groups, split, logits, PixelTeacher.CLASSES, METRIC)))
        .containsInAnyOrder(new MetricRecord("tuned", "accuracy", 0.5, expected, 0));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void accuracyIsTheShareOfTheLabelledImagesOfTheSplit() {
    assertTrue(groups.size() > 5, groups.toString());
    assertAccuracy(35 / 70.0, "test", groups);
    assertAccuracy(1, "train", groups);
  }

  /** A share that no binary fraction gives exactly. */
  @Test
  void accuraciesAreExactQuotients() throws IOException {
    List<ImageRecord> images = new ArrayList<>();
    add(images, "bright", "test", 200, 13);
    add(images, "dark", "test", 200, 34);
    assertAccuracy(13 / 47.0, "test", PixelTeacher.store(directory.resolve("quotient"), images));
  }

  @Test
  void aSplitWithoutLabelsIsAnError() {
    for (List<RowGroup> some : List.of(groups, List.<RowGroup>of())) {
      Throwable error =
          assertThrows(
              Pipeline.PipelineExecutionException.class, () -> assertAccuracy(0, "valid", some));
      assertEquals(
          "there is no labelled image in split 'valid'",
          assertInstanceOf(UserError.class, error.getCause()).getMessage());
    }
  }
}
