package org.vocabeam.transforms.source;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.DecodeOptions;

/**
 * Files of a source whose format is not known yet.
 *
 * @param input file or directory
 * @param listed its files without hidden ones, sorted by name
 * @param options of the source
 * @param decode options of the images store
 */
record SourceFiles(
    String input, List<StoreFiles.Listed> listed, SourceOptions options, DecodeOptions decode) {

  static SourceFiles list(String input, SourceOptions options, DecodeOptions decode)
      throws IOException {
    List<StoreFiles.Listed> listed =
        StoreFiles.list(input).stream().filter(file -> !Layout.isHidden(file.name())).toList();
    return new SourceFiles(input, listed, options, decode);
  }

  /** Returns true if the input is one file and no directory. */
  boolean isFile() {
    return StoreFiles.isFile(input, listed);
  }

  /** Returns the files whose names, relative to the input, match. */
  List<StoreFiles.Listed> named(Predicate<String> names) {
    return listed.stream().filter(file -> names.test(file.name())).toList();
  }

  Layout layout() {
    return Layout.parse(options.layout());
  }

  static long bytes(List<StoreFiles.Listed> files) {
    return files.stream().mapToLong(StoreFiles.Listed::bytes).sum();
  }

  /** Returns a hash of names and lengths, the same wherever the files are. */
  static String fingerprint(List<StoreFiles.Listed> files) {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    for (StoreFiles.Listed file : files) {
      hasher.putLong(file.bytes()).putString(file.name() + "\0", StandardCharsets.UTF_8);
    }
    return hasher.hash().toString();
  }
}
