package org.vocabeam.transforms.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.store.WrittenStore;

/** {@link LabelSurvey} of images in several row groups. */
class LabelSurveyTest {
  @TempDir private Path directory;
  private final List<ImageRecord> images = new ArrayList<>();

  private void add(String split, @Nullable String label, int count) {
    for (int i = 0; i < count; i++) {
      String id = String.format("%05d", images.size());
      images.add(new ImageRecord(id, label, split, 1, 1, 1, ImageRecord.RAW, new byte[] {1}));
    }
  }

  private LabelSurvey survey(@Nullable String train) throws IOException {
    return LabelSurvey.of(
        WrittenStore.of(ImageRecord.TYPE, directory, images, 1024, Map.of()).rowGroups(),
        train,
        "test");
  }

  @Test
  void saysNothingOfWhatIsAsExpected() throws IOException {
    add("train", "a", 30);
    add("train", "b", 2);
    add("test", "a", 1);
    add("test", "b", 1);
    add("valid", null, 9);
    LabelSurvey labels = survey("train");
    assertEquals(Map.of("a", 30L, "b", 2L), labels.train().images());
    assertEquals(List.of(), labels.remarks());
    assertEquals(Optional.empty(), labels.unlearnable());
    assertEquals(34, survey(null).train().labelled());
    assertEquals(9, survey(null).train().unlabelled());
  }

  @Test
  void countsWhatIsMissing() throws IOException {
    add("train", "NaN", 3);
    add("train", "1", 1);
    add("train", "2.5", 1);
    add("train", null, 7);
    add("test", "NaN", 2);
    add("test", "x", 4);
    add("test", null, 5);
    assertEquals(
        List.of(
            "5 of 11 images of split 'test' have no label and are not predicted",
            "7 of 12 images of split 'train' have no label that could be learned from",
            "1 labels of split 'test' are not in split 'train' (x); 4 images of them count as wrong",
            "2 of 3 labels have a single image in split 'train' (1, 2.5)"),
        survey("train").remarks());
  }

  @Test
  void aTestSplitOfOneLabelIsSaid() throws IOException {
    add("train", "a", 3);
    add("train", "b", 3);
    add("test", "b", 2);
    assertEquals(
        List.of("all 2 labelled images of split 'test' have the label 'b'"),
        survey("train").remarks());
  }

  @Test
  void thereIsAReasonWhyNothingIsLearned() throws IOException {
    add("train", "a", 2);
    add("test", null, 2);
    assertEquals(
        Optional.of("there is no labelled image in split 'test'"), survey("train").unlearnable());
    assertEquals(survey("train").unlearnable(), survey("train").untested());
    add("test", "b", 1);
    assertEquals(
        Optional.of(
            "all labelled images of split 'train' have the label 'a', two labels are needed"),
        survey("train").unlearnable());
    for (int i = 0; i < 6; i++) {
      add("train", "c" + i, 1);
    }
    assertEquals(
        Optional.of(
            "no label of split 'test' is in split 'train'; they have b, and a, c0, c1, c2, c3 and 2"
                + " more"),
        survey("train").unlearnable());
    assertEquals(
        Optional.of("there is no labelled image in split 'none'"), survey("none").unlearnable());
  }
}
