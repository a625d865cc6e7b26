package org.vocabeam.transforms.evaluation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Labels of the images that are learned from, and of those that are predicted, counted before
 * anything is trained. It runs in the calling process, and reads two small columns.
 *
 * <pre>{@code
 * LabelSurvey labels = LabelSurvey.of(images.rowGroups(), "train", "test");
 * labels.remarks().forEach(System.err::println);
 * }</pre>
 *
 * @param train labels that are learned from
 * @param test labels that are predicted
 */
public record LabelSurvey(Labels train, Labels test) {
  private static final int SHOWN = 5;

  /**
   * Labels of a split.
   *
   * @param split name of the split
   * @param images number of images by label
   * @param unlabelled number of images without a label
   */
  public record Labels(String split, NavigableMap<String, Long> images, long unlabelled) {
    /** Returns the number of labelled images. */
    public long labelled() {
      return images.values().stream().mapToLong(Long::longValue).sum();
    }

    private void add(Row row) {
      images.merge(row.label(), 1L, Long::sum);
    }
  }

  /** Columns of an images store that are read. */
  private record Row(@Nullable String label, String split) {
    static final RecordType<Row> TYPE = RecordType.projection(Row.class, ImageRecord.TYPE.store());
  }

  /**
   * Counts the labels of row groups of an images store.
   *
   * @param trainSplit split that is learned from; null for all images
   * @param testSplit split that is predicted
   */
  public static LabelSurvey of(
      List<RowGroup> groups, @Nullable String trainSplit, String testSplit) {
    Labels train = new Labels(trainSplit == null ? "all" : trainSplit, new TreeMap<>(), 0);
    Labels test = new Labels(testSplit, new TreeMap<>(), 0);
    long[] unlabelled = new long[2];
    for (RowGroup group : groups) {
      try (RowReader<Row> rows = RowReader.of(Row.TYPE, group)) {
        rows.forEachRemaining(
            row -> {
              count(
                  row, trainSplit == null || row.split().equals(trainSplit), train, unlabelled, 0);
              count(row, row.split().equals(testSplit), test, unlabelled, 1);
            });
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new LabelSurvey(
        new Labels(train.split(), train.images(), unlabelled[0]),
        new Labels(test.split(), test.images(), unlabelled[1]));
  }

  private static void count(Row row, boolean counts, Labels labels, long[] unlabelled, int place) {
    if (counts && row.label() != null) {
      labels.add(row);
    } else if (counts) {
      unlabelled[place]++;
    }
  }

  /** Returns the reason why nothing can be predicted, or nothing. */
  public Optional<String> untested() {
    return test.images().isEmpty()
        ? Optional.of(LabelledEmbeddings.noRows(test.split()).getMessage())
        : Optional.empty();
  }

  /** Returns the reason why predicting cannot be learned, or nothing. */
  public Optional<String> unlearnable() {
    if (test.images().isEmpty()) {
      return untested();
    }
    if (train.images().isEmpty()) {
      return Optional.of(LabelledEmbeddings.noRows(train.split()).getMessage());
    }
    if (train.images().size() == 1) {
      return Optional.of(
          String.format(
              "all labelled images of split '%s' have the label '%s', two labels are needed",
              train.split(), train.images().firstKey()));
    }
    if (unknown().size() == test.images().size()) {
      return Optional.of(
          String.format(
              "no label of split '%s' is in split '%s'; they have %s, and %s",
              test.split(),
              train.split(),
              some(test.images().keySet()),
              some(train.images().keySet())));
    }
    return Optional.empty();
  }

  /** Returns the labels of the test images that no training image has. */
  private SortedSet<String> unknown() {
    SortedSet<String> unknown = new TreeSet<>(test.images().keySet());
    unknown.removeAll(train.images().keySet());
    return unknown;
  }

  /** Returns lines on what may be other than expected. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    if (test.unlabelled() > 0 && !test.images().isEmpty()) {
      remarks.add(
          String.format(
              "%s of split '%s' have no label and are not predicted", part(test), test.split()));
    }
    if (train.unlabelled() > 0 && !train.images().isEmpty()) {
      remarks.add(
          String.format(
              "%s of split '%s' have no label that could be learned from",
              part(train), train.split()));
    }
    SortedSet<String> unknown = unknown();
    if (!unknown.isEmpty() && unlearnable().isEmpty()) {
      long images = unknown.stream().mapToLong(test.images()::get).sum();
      remarks.add(
          String.format(
              "%,d labels of split '%s' are not in split '%s' (%s); %,d images of them count as"
                  + " wrong",
              unknown.size(), test.split(), train.split(), some(unknown), images));
    }
    List<String> single =
        train.images().entrySet().stream()
            .filter(label -> label.getValue() == 1)
            .map(label -> label.getKey())
            .toList();
    if (!single.isEmpty()) {
      remarks.add(
          String.format(
              "%,d of %,d labels have a single image in split '%s' (%s)",
              single.size(), train.images().size(), train.split(), some(single)));
    }
    if (test.images().size() == 1) {
      remarks.add(
          String.format(
              "all %,d labelled images of split '%s' have the label '%s'",
              test.labelled(), test.split(), test.images().firstKey()));
    }
    return remarks;
  }

  private static String part(Labels labels) {
    return String.format(
        "%,d of %,d images", labels.unlabelled(), labels.unlabelled() + labels.labelled());
  }

  private static String some(Collection<String> labels) {
    String shown = labels.stream().limit(SHOWN).collect(Collectors.joining(", "));
    return labels.size() > SHOWN ? shown + " and " + (labels.size() - SHOWN) + " more" : shown;
  }
}
