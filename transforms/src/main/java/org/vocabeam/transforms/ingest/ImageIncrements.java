package org.vocabeam.transforms.ingest;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.statistics.ImageTally;
import org.vocabeam.transforms.store.StoreReader;

/**
 * An images store that grows: every increment is a directory that is written once and never
 * changed, with the stores of the images that it {@code added}, of their {@code contents} and of
 * what was {@code rejected}, and with the view {@code images} of all images up to it, which comes
 * last and makes it complete.
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

  /** Everything of an increment. */
  public String directory(int increment) {
    return StoreFiles.resolve(root, name(increment));
  }

  /** The number of complete increments. */
  public int count() {
    int count = 0;
    while (StoreReader.isComplete(images(count + 1))) {
      count++;
    }
    return count;
  }

  /** All images after so many increments: a store for every other command. */
  public String images(int increment) {
    return directory(increment, IMAGES);
  }

  /** {@link #images} from the root. */
  public String imagesFromRoot(int increment) {
    return place(increment, IMAGES);
  }

  /** The images that came with an increment. */
  public String added(int increment) {
    return directory(increment, "added");
  }

  /** {@link #added} of the first increments, from the root. */
  public List<String> addedFromRoot(int increments) {
    return numbers(increments).mapToObj(i -> place(i, "added")).toList();
  }

  public String rejected(int increment) {
    return directory(increment, "rejected");
  }

  public String contents(int increment) {
    return directory(increment, "contents");
  }

  /** {@link #contents} of the first increments. */
  List<String> allContents(int increments) {
    return numbers(increments).mapToObj(this::contents).toList();
  }

  /** Counts over the images after so many increments. */
  ImageTally tally(int increments) {
    return increments == 0 ? ImageTally.empty() : ImageTally.read(images(increments));
  }

  private static IntStream numbers(int increments) {
    return IntStream.rangeClosed(1, increments);
  }
}
