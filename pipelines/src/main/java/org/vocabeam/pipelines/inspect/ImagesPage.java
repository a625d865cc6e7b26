package org.vocabeam.pipelines.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.RejectedFiles;
import org.vocabeam.pipelines.page.PageTemplate;
import org.vocabeam.pipelines.page.PictureUri;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreContents;
import org.vocabeam.transforms.store.StoreReader;

/**
 * An images store, and the rejected store beside it, as one HTML file that fetches nothing. The
 * file is written by the template {@code images.mustache}; the same store gives the same bytes.
 *
 * <pre>{@code
 * ImagesPage.write(InspectedStore.open("runs/photos/images"), "photos.html");
 * }</pre>
 */
public final class ImagesPage {
  private static final PageTemplate TEMPLATE = new PageTemplate(ImagesPage.class);

  /** Most labels that are shown; of more, the largest and the smallest. */
  private static final int LABELS = 40;

  private static final int MOST_BARS = 14;
  private static final int SHEET = 60;
  private static final long SEED = 1;
  private static final int SIDE = 96;

  private ImagesPage() {}

  /** Values of the template; an empty list or null leaves a section out. */
  private record Model(
      String style,
      String title,
      List<Fact> facts,
      List<Warning> warnings,
      List<Bars> bars,
      Bars labels,
      String labelsNote,
      @Nullable Table bySplit,
      Copies copies,
      List<Reason> rejected,
      String rejectedNote,
      List<Picture> pictures) {}

  private record Fact(String name, String value) {}

  private record Warning(String text) {}

  private record Bars(String title, List<Bar> bars) {}

  /**
   * A bar.
   *
   * @param percent length, of the largest
   */
  private record Bar(String name, long count, String percent) {}

  private record Table(String title, String note, List<String> heads, List<Row> rows) {}

  private record Row(String name, List<Cell> cells) {}

  private record Cell(String text, boolean missing) {}

  private record Copies(String summary, @Nullable Table table, List<Group> groups) {}

  private record Group(String title, String uri, String alt, List<String> members) {}

  private record Reason(String reason, long count, String examples) {}

  private record Picture(String uri, String label, String id) {}

  /**
   * Refuses a store that is none of images.
   *
   * @throws UserError naming the type of the store
   */
  public static void check(InspectedStore store) {
    if (!store.type().equals(ImageRecord.TYPE.store())) {
      throw new UserError(
          String.format(
              "%s is a store of %s, and --page is for a store of images; leave it out",
              store.contents().path(), store.type().isEmpty() ? "unknown type" : store.type()));
    }
  }

  /** Writes the page whole, or not at all. */
  public static void write(InspectedStore store, String file) {
    try {
      StoreFiles.write(file, html(store));
    } catch (IOException e) {
      throw new UserError("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** Returns the content of the file. */
  static String html(InspectedStore store) {
    StoreContents contents = store.contents();
    ImageCounts counts = ImageCounts.of(contents.rowGroups());
    ImageStatistics statistics =
        store.hasStatistics() ? ImageStatistics.read(contents.path()) : null;
    boolean mayHaveCopies =
        statistics == null || statistics.distinct() == 0 || statistics.copies() > 0;
    EqualImages equal = mayHaveCopies ? EqualImages.find(contents.rowGroups()) : EqualImages.none();
    RejectedFiles rejected = rejected(contents.path());
    Table bySplit = bySplit(counts);
    return TEMPLATE.html(
        "images.mustache",
        new Model(
            TEMPLATE.style("images.css"),
            contents.path(),
            facts(counts, statistics, contents),
            warnings(counts, equal, rejected),
            bars(counts),
            labels(counts),
            counts.labels().size() > LABELS
                ? "The "
                    + LABELS / 2
                    + " largest and the "
                    + LABELS / 2
                    + " smallest of "
                    + counts.labels().size()
                    + "."
                : "",
            bySplit,
            copies(equal, contents),
            rejected.reasons().entrySet().stream()
                .map(
                    reason ->
                        new Reason(
                            reason.getKey(),
                            reason.getValue().count(),
                            String.join(", ", reason.getValue().examples())))
                .sorted(Comparator.comparing(reason -> -reason.count()))
                .toList(),
            rejected.count() == 0 ? "No file was rejected." : rejected.count() + " files.",
            pictures(contents)));
  }

  private static RejectedFiles rejected(String images) {
    String beside = StoreFiles.resolve(images, "../rejected");
    return StoreReader.isComplete(beside)
        ? RejectedFiles.read(beside)
        : new RejectedFiles(new TreeMap<>());
  }

  private static List<Fact> facts(
      ImageCounts counts, @Nullable ImageStatistics statistics, StoreContents contents) {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("images", number(counts.images())));
    counts.splits().forEach((split, n) -> facts.add(new Fact("in split " + split, number(n))));
    facts.add(
        new Fact(
            "labels",
            number(
                counts.labels().keySet().stream()
                    .filter(label -> !label.equals(ImageCounts.NO_LABEL))
                    .count())));
    if (statistics != null && counts.images() > 0) {
      facts.add(
          new Fact(
              "pixels",
              String.format(
                  "%d to %d wide, %d to %d high",
                  statistics.minWidth(),
                  statistics.maxWidth(),
                  statistics.minHeight(),
                  statistics.maxHeight())));
      facts.add(new Fact("mean", rounded(statistics.mean())));
      facts.add(new Fact("deviation", rounded(statistics.std())));
    }
    facts.add(new Fact("fingerprint", contents.fingerprint()));
    return facts;
  }

  private static List<Warning> warnings(
      ImageCounts counts, EqualImages equal, RejectedFiles rejected) {
    List<Warning> warnings = new ArrayList<>();
    long missing = missing(counts).size();
    if (missing > 0) {
      warnings.add(new Warning(plural(missing, "label") + " not in every split."));
    }
    Map<String, Long> test = equal.across().getOrDefault("test", new TreeMap<>());
    if (test.containsKey("train")) {
      warnings.add(
          new Warning(
              "Test images with the pixels of a training image, which make accuracies too high: "
                  + number(test.get("train"))
                  + "."));
    }
    if (equal.labels() > 0) {
      warnings.add(
          new Warning(
              "Equal images with different labels: " + number(equal.labels()) + " groups."));
    }
    if (rejected.count() > counts.images()) {
      warnings.add(new Warning("More files were rejected than taken."));
    }
    return warnings;
  }

  private static List<Bars> bars(ImageCounts counts) {
    List<Bars> bars = new ArrayList<>();
    bars.add(new Bars("Shorter side, pixels", bars(binned(counts.shortSides()))));
    Map<String, Long> shapes = new LinkedHashMap<>();
    IntStream.range(0, counts.shapes().length)
        .filter(i -> counts.shapes()[i] > 0)
        .forEach(i -> shapes.put(ImageCounts.SHAPES.get(i), counts.shapes()[i]));
    bars.add(new Bars("Width to height", bars(shapes)));
    bars.add(new Bars("Channels", bars(counts.channels())));
    bars.add(new Bars("Encoding", bars(counts.encodings())));
    bars.add(new Bars("Splits", bars(counts.splits())));
    return bars;
  }

  /** Returns counts by side, or where there are many sides by ranges of one width. */
  private static Map<String, Long> binned(SortedMap<Integer, Long> sides) {
    Map<String, Long> bins = new LinkedHashMap<>();
    if (sides.size() <= MOST_BARS) {
      sides.forEach((side, n) -> bins.put(Integer.toString(side), n));
      return bins;
    }
    int first = sides.firstKey();
    int width = (sides.lastKey() - first + MOST_BARS) / MOST_BARS;
    for (int from = first; from <= sides.lastKey(); from += width) {
      long count =
          sides.subMap(from, from + width).values().stream().mapToLong(Long::longValue).sum();
      bins.put(from + " to " + (from + width - 1), count);
    }
    return bins;
  }

  private static List<Bar> bars(Map<String, Long> counts) {
    long most = counts.values().stream().mapToLong(Long::longValue).max().orElse(1);
    return counts.entrySet().stream()
        .map(
            entry ->
                new Bar(
                    entry.getKey(),
                    entry.getValue(),
                    String.format(Locale.ROOT, "%.1f", 100.0 * entry.getValue() / most)))
        .toList();
  }

  private static Bars labels(ImageCounts counts) {
    List<String> names = new ArrayList<>(counts.labels().keySet());
    names.sort(Comparator.comparing((String label) -> -counts.of(label)).thenComparing(l -> l));
    if (names.size() > LABELS) {
      List<String> ends = new ArrayList<>(names.subList(0, LABELS / 2));
      ends.addAll(names.subList(names.size() - LABELS / 2, names.size()));
      names = ends;
    }
    Map<String, Long> shown = new LinkedHashMap<>();
    names.forEach(label -> shown.put(name(label), counts.of(label)));
    return new Bars("Labels", bars(shown));
  }

  private static String name(String label) {
    return label.equals(ImageCounts.NO_LABEL) ? "(no label)" : label;
  }

  /** Returns the labels that a split lacks, where there are several splits. */
  private static List<String> missing(ImageCounts counts) {
    return counts.labels().entrySet().stream()
        .filter(label -> !label.getKey().equals(ImageCounts.NO_LABEL))
        .filter(label -> label.getValue().size() < counts.splits().size())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static @Nullable Table bySplit(ImageCounts counts) {
    if (counts.splits().size() < 2) {
      return null;
    }
    Collection<String> missing = missing(counts);
    boolean all = counts.labels().size() <= LABELS;
    List<Row> rows =
        (all ? counts.labels().keySet() : missing)
            .stream()
                .limit(LABELS)
                .map(
                    label ->
                        new Row(
                            name(label),
                            counts.splits().keySet().stream()
                                .map(split -> cell(counts.labels().get(label).get(split)))
                                .toList()))
                .toList();
    String note =
        missing.isEmpty()
            ? "Every label is in every split."
            : plural(missing.size(), "label") + " missing from a split, where the cell says none.";
    return rows.isEmpty()
        ? new Table("Labels by split", note, List.of(), List.of())
        : new Table("Labels by split", note, List.copyOf(counts.splits().keySet()), rows);
  }

  private static Cell cell(@Nullable Long count) {
    return count == null ? new Cell("none", true) : new Cell(number(count), false);
  }

  private static Copies copies(EqualImages equal, StoreContents contents) {
    if (equal.groups() == 0) {
      return new Copies("No image has the pixels of another.", null, List.of());
    }
    List<String> splits = List.copyOf(equal.across().keySet());
    List<Row> rows =
        splits.stream()
            .map(
                split ->
                    new Row(
                        split,
                        splits.stream()
                            .map(
                                other -> {
                                  long n = equal.across().get(split).getOrDefault(other, 0L);
                                  return new Cell(number(n), n > 0 && !split.equals(other));
                                })
                            .toList()))
            .toList();
    return new Copies(
        String.format(
            "%s images are in groups of equal pixels; groups: %s, of them with several labels: %s.",
            number(equal.images()), number(equal.groups()), number(equal.labels())),
        new Table(
            "", "Images of the row that have the pixels of an image of the column.", splits, rows),
        groups(equal, contents));
  }

  private static List<Group> groups(EqualImages equal, StoreContents contents) {
    Map<String, String> uris = new TreeMap<>();
    List<Long> places =
        equal.examples().stream().map(group -> group.members().get(0).place()).toList();
    for (ImageRecord image : RowSelection.read(ImageRecord.TYPE, contents.rowGroups(), places)) {
      uris.put(image.id(), PictureUri.of(Pixels.of(image), SIDE));
    }
    return equal.examples().stream()
        .map(
            group -> {
              List<String> members = new ArrayList<>();
              for (EqualImages.Member member : group.members()) {
                members.add(member.split() + " · " + name(member.label()) + " · " + member.id());
              }
              if (group.size() > members.size()) {
                members.add("and " + (group.size() - members.size()) + " more");
              }
              String title =
                  group.size()
                      + " equal"
                      + (group.across() ? ", across splits" : "")
                      + (group.differs() ? ", several labels" : "");
              String first = group.members().get(0).id();
              return new Group(title, uris.get(first), first, members);
            })
        .toList();
  }

  private static List<Picture> pictures(StoreContents contents) {
    return new RowSelection(SHEET, SEED, null)
        .read(ImageRecord.TYPE, contents.rowGroups()).stream()
            .map(
                image ->
                    new Picture(
                        PictureUri.of(Pixels.of(image), SIDE),
                        name(image.label() == null ? ImageCounts.NO_LABEL : image.label()),
                        image.id()))
            .toList();
  }

  private static String plural(long count, String what) {
    return number(count) + " " + what + (count == 1 ? " is" : "s are");
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value).replace(',', '\u2009');
  }

  private static String rounded(List<Double> values) {
    return String.join(
        ", ", values.stream().map(v -> String.format(Locale.ROOT, "%.3f", v)).toList());
  }
}
