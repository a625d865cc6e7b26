package org.vocabeam.models.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipFile;
import org.vocabeam.models.UserError;

/**
 * A file of another library's weights: safetensors, one file or several with their index, or
 * PyTorch's {@code torch.save}. It is open as long as its tensors are read.
 *
 * <pre>{@code
 * try (WeightFile file = WeightFile.open(Path.of("resnet50.pth"))) {
 *   file.tensors().forEach(System.out::println); // conv1.weight float32 [64, 3, 7, 7]
 * }
 * }</pre>
 */
public final class WeightFile implements AutoCloseable {
  private static final int START = 512;

  private final Path path;
  private final Content content;
  private final List<AutoCloseable> open;

  /**
   * Tensors and what else a file holds.
   *
   * @param format for people
   * @param notes numbers and texts beside the tensors: the epoch, the architecture
   */
  record Content(String format, List<WeightTensor> tensors, Map<String, String> notes) {
    Content {
      tensors = List.copyOf(tensors);
      notes = Collections.unmodifiableMap(notes);
    }
  }

  private WeightFile(Path path, Content content, List<AutoCloseable> open) {
    this.path = path;
    this.content = content;
    this.open = open;
  }

  /**
   * Opens a file and reads the names, types and shapes of its tensors.
   *
   * @param path of the file; for several files of one model, of their {@code .index.json}
   * @throws UserError naming the file and the reason for which it is not read
   */
  public static WeightFile open(Path path) {
    List<AutoCloseable> open = new ArrayList<>();
    try {
      Content content = read(path, open);
      return new WeightFile(path, content, open);
    } catch (Refusal e) {
      close(open);
      throw new UserError(path + " " + e.getMessage(), e);
    } catch (IOException e) {
      close(open);
      throw new UserError(path + " cannot be read: " + reason(e), e);
    } catch (RuntimeException e) {
      close(open);
      throw e;
    }
  }

  /**
   * Returns the names of the files of a model: the file's own, and for an index also those beside
   * it that it names, sorted.
   *
   * @throws UserError if an index is damaged
   */
  public static List<String> names(Path path) {
    String name = String.valueOf(path.getFileName());
    try {
      List<String> names = new ArrayList<>(List.of(name));
      if (name.endsWith(ShardIndex.SUFFIX)) {
        names.addAll(ShardIndex.shards(path));
      }
      return names;
    } catch (Refusal e) {
      throw new UserError(path + " " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UserError(path + " cannot be read: " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission is denied";
    }
    return String.valueOf(e.getMessage());
  }

  private static Content read(Path path, List<AutoCloseable> open) throws IOException {
    if (Files.isDirectory(path)) {
      throw new Refusal("is a directory; give a file of weights, or the index of several");
    }
    byte[] start = start(path);
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(ShardIndex.SUFFIX)) {
      return ShardIndex.read(path, shard -> read(shard, open));
    }
    if (name.endsWith(".safetensors")) {
      return Safetensors.read(path, channel(path, open));
    }
    if (startsWith(start, "PK\3\4")) {
      return TorchFile.readZip(path, zip(path, open), Files.size(path));
    }
    if (start.length > 1 && (start[0] & 0xff) == 0x80) {
      return TorchFile.readLegacy(path, channel(path, open));
    }
    if (start.length > Long.BYTES && start[Long.BYTES] == '{') {
      return Safetensors.read(path, channel(path, open));
    }
    throw new Refusal(other(start));
  }

  /** Returns what a file is that holds no weights. */
  private static String other(byte[] start) {
    if (start.length == 0) {
      return "is empty";
    }
    if (startsWith(start, "version https://git-lfs")) {
      return "is a pointer of Git LFS and not the file itself; get it with git lfs pull";
    }
    if (startsWith(start, "\u0089HDF")) {
      return "is an HDF5 file, must be safetensors or written by torch.save";
    }
    if (new String(start, StandardCharsets.ISO_8859_1).stripLeading().startsWith("<")) {
      return "is a page of a web site and not the file itself; get it again";
    }
    if (new String(start, StandardCharsets.ISO_8859_1).contains("ustar")) {
      return "is a tar archive, must be safetensors or written by torch.save; unpack it";
    }
    return "is neither safetensors nor written by torch.save";
  }

  private static boolean startsWith(byte[] start, String magic) {
    byte[] bytes = magic.getBytes(StandardCharsets.ISO_8859_1);
    return start.length >= bytes.length
        && Arrays.equals(start, 0, bytes.length, bytes, 0, bytes.length);
  }

  private static byte[] start(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(START);
    }
  }

  private static FileChannel channel(Path path, List<AutoCloseable> open) throws IOException {
    FileChannel channel = FileChannel.open(path);
    open.add(channel);
    return channel;
  }

  private static ZipFile zip(Path path, List<AutoCloseable> open) throws IOException {
    try {
      ZipFile zip = new ZipFile(path.toFile());
      open.add(zip);
      return zip;
    } catch (IllegalArgumentException e) {
      throw new Refusal("is a damaged zip: " + Refusal.quoted(e.getMessage()), e);
    } catch (EOFException e) {
      throw new Refusal("is a damaged zip: it is cut off", e);
    } catch (IOException e) {
      throw TorchFile.damaged(e);
    }
  }

  /** Returns the path. */
  public Path path() {
    return path;
  }

  /** Returns the format, for people: {@code PyTorch, zip}. */
  public String format() {
    return content.format();
  }

  /** Returns all tensors. */
  public List<WeightTensor> tensors() {
    return content.tensors();
  }

  /** Returns numbers and texts beside the tensors, by name: the epoch, the architecture. */
  public Map<String, String> notes() {
    return content.notes();
  }

  @Override
  public void close() {
    close(open);
  }

  private static void close(List<AutoCloseable> open) {
    for (AutoCloseable closeable : open) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
