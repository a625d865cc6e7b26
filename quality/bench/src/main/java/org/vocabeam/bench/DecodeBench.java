package org.vocabeam.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Splitter;
import com.google.common.io.ByteStreams;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.vocabeam.models.UserError;
import org.vocabeam.models.views.Cut;
import org.vocabeam.models.views.Raster;
import org.vocabeam.models.views.Resampler;
import org.vocabeam.models.views.ViewSampler;
import org.vocabeam.models.views.ViewSpec;
import org.vocabeam.transforms.image.ImageHeader;
import org.vocabeam.transforms.image.ImageParts;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.image.RejectedException;

/**
 * Photos that one thread decodes and cuts in a second of its CPU time; beside them, in the same
 * run, those of Pillow and torchvision, where this machine has them.
 */
public final class DecodeBench {
  private static final String PART = "decode";
  private static final String UNIT = "images/s per core";
  private static final int PHOTOS = 200;
  private static final long MAX_PIXELS = 50_000_000;

  /** Commands that may be a Python with Pillow. */
  private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

  private final Path folder;
  private final double seconds;

  /**
   * @param folder with photos, of which the first 200 are taken
   * @param seconds of each kind of work
   */
  public DecodeBench(Path folder, double seconds) {
    this.folder = folder;
    this.seconds = seconds;
  }

  private interface Work {
    void run(ImageRecord photo);
  }

  /** Measures our decoder. */
  public List<Measurement> ours() {
    List<ImageRecord> photos = photos();
    Map<String, Chunks> works = new LinkedHashMap<>();
    works.put("whole", chunks(photos, Pixels::of));
    works.put("resize 256, crop 256, as ingest", chunks(photos, p -> Pixels.of(p).centre(256)));
    works.put(
        "short side 256, as ingest, without encoding",
        chunks(photos, photo -> Pixels.of(photo).withShortSide(256)));
    works.put(
        "resize 256, crop 224",
        chunks(photos, p -> render(p, List.of(Cut.centre(p.height(), p.width(), 256, 224)))));
    works.put("all views of OBoW", chunks(photos, photo -> render(photo, views(photo))));
    works.values().forEach(work -> work.warmUp(seconds / Chunks.COUNT));
    for (int i = 0; i < Chunks.COUNT; i++) {
      works.values().forEach(work -> work.take(seconds / Chunks.COUNT));
    }
    return works.entrySet().stream()
        .map(work -> measurement(work.getKey(), photos.size() / work.getValue().median()))
        .toList();
  }

  private Chunks chunks(List<ImageRecord> photos, Work work) {
    return new Chunks(
        () -> photos.forEach(work::run),
        ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime);
  }

  private static void render(ImageRecord photo, List<Cut> cuts) {
    Raster raster = ImageParts.read(photo, 3, cuts);
    Resampler resampler = new Resampler();
    for (Cut cut : cuts) {
      resampler.render(cut, raster, ByteBuffer.allocate(cut.bytes(3)), 0);
    }
  }

  /** Returns the cuts of all views of OBoW: 224 + 2 x 160 + 5 x 96 pixels. */
  private static List<Cut> views(ImageRecord photo) {
    return Stream.of(ViewSpec.obowTeacher(), ViewSpec.obowCrops160(), ViewSpec.obowPatches96())
        .flatMap(
            spec ->
                ViewSampler.sample(spec, photo.height(), photo.width(), photo.id().hashCode())
                    .cuts()
                    .stream())
        .toList();
  }

  private List<ImageRecord> photos() {
    List<ImageRecord> photos = new ArrayList<>();
    try {
      for (Path file : files()) {
        byte[] bytes = Files.readAllBytes(file);
        ImageHeader header = ImageHeader.read(bytes, MAX_PIXELS);
        if (header.plain() && header.orientation() == 1) {
          photos.add(
              new ImageRecord(
                  file.getFileName().toString(),
                  null,
                  ImageRecord.NO_SPLIT,
                  header.width(),
                  header.height(),
                  header.channels(),
                  header.encoding(),
                  bytes));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RejectedException e) {
      throw new UserError(folder + " has a file that is no photo: " + e.getMessage(), e);
    }
    if (photos.isEmpty()) {
      throw new UserError(folder + " has no file NAME.jpg or NAME.jpeg");
    }
    return photos;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().toLowerCase(Locale.ROOT).matches(".*\\.jpe?g"))
          .sorted()
          .limit(PHOTOS)
          .toList();
    }
  }

  /** Measures Pillow and torchvision; nothing where they are missing, which is said. */
  public List<Measurement> theirs() {
    Optional<String> python =
        PYTHONS.stream().filter(command -> run(command, "-c", "import PIL").isPresent()).findAny();
    if (python.isEmpty()) {
      System.err.println(
          "No python3 with Pillow here, so that of others nothing is decoded"
              + " (apt-get install python3-pil python3-torchvision).");
      return List.of();
    }
    String lines =
        run(
                python.get(),
                "-c",
                script(),
                folder.toString(),
                Integer.toString(PHOTOS),
                Double.toString(seconds))
            .orElseThrow(() -> new UserError(python.get() + " cannot decode photos of " + folder));
    return Splitter.on('\n')
        .omitEmptyStrings()
        .splitToStream(lines)
        .map(line -> Splitter.on('\t').splitToList(line))
        .map(fields -> measurement(fields.get(0), Double.parseDouble(fields.get(1))))
        .toList();
  }

  private static String script() {
    try {
      return Resources.toString(Resources.getResource(DecodeBench.class, "decode.py"), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command; returns what it prints, or nothing when it fails or does not exist. */
  private static Optional<String> run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      String output = new String(ByteStreams.toByteArray(process.getInputStream()), UTF_8);
      return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    }
  }

  private Measurement measurement(String quantity, double rate) {
    return new Measurement(PART, "folder " + folder.getFileName(), quantity, rate, UNIT);
  }
}
