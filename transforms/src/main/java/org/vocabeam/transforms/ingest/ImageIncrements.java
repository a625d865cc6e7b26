package org.vocabeam.transforms.ingest;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.statistics.ImageTally;
import org.vocabeam.transforms.store.StoreReader;

/**
 * Images store that grows. Every increment is a directory that is written once and never changes,
 * with three stores: the images that it {@code added}, their {@code contents}, and the {@code
 * rejected} files. A view {@code images} of all images so far comes last and makes it complete.
 *
 * @param root directory
 */
public record ImageIncrements(String root) {
  private static final String IMAGES = "images";

  private static String place(int increment, String store) {
    return StoreFiles.resolve(name(increment), store);
  }

  private static String name(int increment) {
    return String.format(Locale.ROOT, "increment-%06d", increment);
  }

  private String directory(int increment, String store) {
    return StoreFiles.resolve(root, place(increment, store));
  }

  /** Returns the directory of an increment. */
  public String directory(int increment) {
    return StoreFiles.resolve(root, name(increment));
  }

  /** Returns the number of complete increments. */
  public int count() {
    int count = 0;
    while (StoreReader.isComplete(images(count + 1))) {
      count++;
    }
    return count;
  }

  /** Returns the view of all images after so many increments, an images store like any other. */
  public String images(int increment) {
    return directory(increment, IMAGES);
  }

  /** Returns {@link #images} relative to the root. */
  public String imagesFromRoot(int increment) {
    return place(increment, IMAGES);
  }

  /** Returns the store of the images that came with an increment. */
  public String added(int increment) {
    return directory(increment, "added");
  }

  /** Returns {@link #added} of the first increments, relative to the root. */
  public List<String> addedFromRoot(int increments) {
    return numbers(increments).mapToObj(i -> place(i, "added")).toList();
  }

  public String rejected(int increment) {
    return directory(increment, "rejected");
  }

  public String contents(int increment) {
    return directory(increment, "contents");
  }

  /** Returns {@link #contents} of the first increments. */
  List<String> allContents(int increments) {
    return numbers(increments).mapToObj(this::contents).toList();
  }

  /** Reads the counts over the images after so many increments. */
  ImageTally tally(int increments) {
    return increments == 0 ? ImageTally.empty() : ImageTally.read(images(increments));
  }

  private static IntStream numbers(int increments) {
    return IntStream.rangeClosed(1, increments);
  }
}
