package org.vocabeam.transforms.teacher;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.codebook.CodebookRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.features.PixelTeacher;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.WrittenStore;

/**
 * Stores for the transforms of a teacher whose features are pixels, and the nearest word of every
 * cell, computed in plain Java.
 */
abstract class TeacherStores {
  @TempDir static Path directory;

  static List<ImageRecord> images;
  static List<RowGroup> groups;
  static FeatureSource cells;
  static String checkpoint;
  static String codebook;
  static Map<String, float[]> features;

  @BeforeAll
  static void write() throws IOException {
    images = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      images.add(PixelTeacher.image("i" + i, null, i % 3 == 0 ? "test" : "train"));
    }
    groups = PixelTeacher.store(directory.resolve("images"), images);
    assertTrue(groups.size() > 1, groups.toString());
    checkpoint = PixelTeacher.checkpoint(directory.resolve("checkpoint"));
    cells = FeatureSource.cells(checkpoint, "layer1");
    features = PixelTeacher.cells(images);
    codebook = directory.resolve("codebook").toString();
    List<CodebookRecord> words = new ArrayList<>();
    float[] values = PixelTeacher.words();
    for (int word = 0; word < 3; word++) {
      words.add(new CodebookRecord(word, 1, List.of(values[2 * word], values[2 * word + 1])));
    }
    WrittenStore.of(
        CodebookRecord.TYPE, directory.resolve("codebook"), words, 1024, Map.of("level", "layer1"));
  }

  static List<String> ids(String split) {
    return images.stream()
        .filter(image -> split == null || image.split().equals(split))
        .map(ImageRecord::id)
        .toList();
  }

  static <T> void assertGives(List<T> expected, PTransform<PBegin, PCollection<T>> transform) {
    Pipeline pipeline = Pipeline.create();
    PAssert.that(pipeline.apply(transform)).containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();
  }

  static List<RowGroup> twice() {
    List<RowGroup> twice = new ArrayList<>(groups);
    twice.addAll(groups);
    return twice;
  }

  static <T> List<T> twice(List<T> rows) {
    List<T> twice = new ArrayList<>(rows);
    twice.addAll(rows);
    return twice;
  }

  /** Number and squared distance of the nearest word of a cell. */
  record Nearest(int word, double squaredDistance) {}

  static Nearest nearest(String id, int cell) {
    float[] words = PixelTeacher.words();
    Nearest best = null;
    for (int word = 0; word < 3; word++) {
      double d0 = (double) features.get(id)[2 * cell] - words[2 * word];
      double d1 = (double) features.get(id)[2 * cell + 1] - words[2 * word + 1];
      double squared = d0 * d0 + d1 * d1;
      if (best == null || squared < best.squaredDistance) {
        best = new Nearest(word, squared);
      }
    }
    return best;
  }
}
