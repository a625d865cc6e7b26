package org.vocabeam.pipelines.runner;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.util.ReleaseInfo;
import org.vocabeam.models.Seeds;
import org.vocabeam.transforms.store.WriteStore;
import picocli.CommandLine.IVersionProvider;

/**
 * Fingerprint of the classes of a job. The driver and the cluster must have the same ones: what was
 * serialized by one build is not for another.
 */
public final class Build implements IVersionProvider {
  private static final int DIGITS = 12;

  /** Lines of {@code --version}. */
  @Override
  public String[] getVersion() {
    return new String[] {"vocabeam " + Version.read() + ", build " + fingerprint()};
  }

  /**
   * 12 hexadecimal digits of what workers run: the classes of models and transforms, whether they
   * come from a jar or from a folder, and Beam's version.
   */
  static String fingerprint() {
    try {
      List<Path> places = new ArrayList<>();
      for (Class<?> of : List.<Class<?>>of(Seeds.class, WriteStore.class)) {
        places.add(Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()));
      }
      return fingerprint(places);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param places jars and folders of classes
   */
  static String fingerprint(List<Path> places) throws IOException {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putString(ReleaseInfo.getReleaseInfo().getVersion(), StandardCharsets.UTF_8);
    for (Path place : places) {
      addClasses(place, hasher);
    }
    return hasher.hash().toString().substring(0, DIGITS);
  }

  private static void addClasses(Path place, Hasher hasher) throws IOException {
    if (Files.isDirectory(place)) {
      addClassesUnder(place, hasher);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(place)) {
        addClassesUnder(jar.getPath("/"), hasher);
      }
    }
  }

  private static void addClassesUnder(Path root, Hasher hasher) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      // By text: paths of a jar and of a folder are in different orders.
      for (Path file :
          (Iterable<Path>)
              files
                      .filter(f -> f.toString().endsWith(".class"))
                      .sorted((a, b) -> name(root, a).compareTo(name(root, b)))
                  ::iterator) {
        byte[] bytes = Files.readAllBytes(file);
        hasher.putString(name(root, file), StandardCharsets.UTF_8);
        hasher.putInt(bytes.length).putBytes(bytes);
      }
    }
  }

  private static String name(Path root, Path file) {
    return root.relativize(file).toString();
  }
}
