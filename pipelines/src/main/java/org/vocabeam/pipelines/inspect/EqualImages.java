package org.vocabeam.pipelines.inspect;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Images of a store whose pixels are equal. Every image is decoded; the hashes are kept in files of
 * the temporary directory and compared a part at a time, so that memory does not grow with the
 * store.
 *
 * @param groups number of groups of two or more equal images
 * @param images number of images in them
 * @param across for every split and every other one (or the same): images of the first that have
 *     the pixels of an image of the second
 * @param labels number of groups whose labels differ
 * @param examples first groups: those across splits, then those with different labels, then the
 *     largest
 */
record EqualImages(
    long groups,
    long images,
    SortedMap<String, SortedMap<String, Long>> across,
    long labels,
    List<Group> examples) {
  private static final int EXAMPLES = 12;
  private static final int MEMBERS = 6;

  /** Number of files: of ten million images a file has 160,000. */
  private static final int FILES = 64;

  /** An image, without its pixels. */
  record Member(long place, String id, String label, String split) {}

  /**
   * Equal images.
   *
   * @param size number of all
   * @param members first of them by id
   */
  record Group(String hash, long size, boolean across, boolean differs, List<Member> members) {}

  /** No image has the pixels of another. */
  static EqualImages none() {
    return new EqualImages(0, 0, new TreeMap<>(), 0, List.of());
  }

  static EqualImages find(List<RowGroup> groups) {
    try {
      Path directory = Files.createTempDirectory("vocabeam-equal-");
      try {
        write(groups, directory);
        return compare(directory);
      } finally {
        for (int i = 0; i < FILES; i++) {
          Files.deleteIfExists(file(directory, i));
        }
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file(Path directory, int number) {
    return directory.resolve(Integer.toString(number));
  }

  private static void write(List<RowGroup> groups, Path directory) throws IOException {
    List<DataOutputStream> files = new ArrayList<>();
    try {
      for (int i = 0; i < FILES; i++) {
        files.add(
            new DataOutputStream(
                new BufferedOutputStream(Files.newOutputStream(file(directory, i)))));
      }
      for (RowGroup group : groups) {
        try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group)) {
          for (long place = group.firstRow(); rows.hasNext(); place++) {
            ImageRecord image = rows.next();
            String hash = Pixels.of(image).hash();
            DataOutputStream out = files.get(Math.floorMod(hash.hashCode(), FILES));
            out.writeUTF(hash);
            out.writeLong(place);
            out.writeUTF(image.id());
            out.writeUTF(image.label() == null ? "" : image.label());
            out.writeUTF(image.split());
          }
        }
      }
    } finally {
      for (DataOutputStream file : files) {
        file.close();
      }
    }
  }

  private static EqualImages compare(Path directory) throws IOException {
    long count = 0;
    long images = 0;
    long labels = 0;
    SortedMap<String, SortedMap<String, Long>> across = new TreeMap<>();
    List<Group> examples = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      for (Map.Entry<String, List<Member>> equal : members(file(directory, i)).entrySet()) {
        List<Member> members = equal.getValue();
        if (members.size() < 2) {
          continue;
        }
        members.sort(Comparator.comparing(Member::id));
        SortedMap<String, Long> splits = new TreeMap<>();
        members.forEach(member -> splits.merge(member.split(), 1L, Long::sum));
        splits.forEach(
            (split, own) ->
                splits.forEach(
                    (other, others) -> {
                      if (!split.equals(other) || own > 1) {
                        across
                            .computeIfAbsent(split, s -> new TreeMap<>())
                            .merge(other, own, Long::sum);
                      }
                    }));
        boolean differs = members.stream().map(Member::label).distinct().count() > 1;
        count++;
        images += members.size();
        labels += differs ? 1 : 0;
        examples.add(
            new Group(
                equal.getKey(),
                members.size(),
                splits.size() > 1,
                differs,
                List.copyOf(members.subList(0, Math.min(MEMBERS, members.size())))));
      }
      examples.sort(
          Comparator.comparing((Group group) -> !group.across())
              .thenComparing(group -> !group.differs())
              .thenComparing(group -> -group.size())
              .thenComparing(group -> group.members().get(0).id()));
      examples = new ArrayList<>(examples.subList(0, Math.min(EXAMPLES, examples.size())));
    }
    return new EqualImages(count, images, across, labels, List.copyOf(examples));
  }

  private static Map<String, List<Member>> members(Path file) throws IOException {
    Map<String, List<Member>> members = new TreeMap<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      while (true) {
        String hash;
        try {
          hash = in.readUTF();
        } catch (EOFException e) {
          return members;
        }
        members
            .computeIfAbsent(hash, h -> new ArrayList<>())
            .add(new Member(in.readLong(), in.readUTF(), in.readUTF(), in.readUTF()));
      }
    }
  }
}
