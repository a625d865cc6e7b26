package org.vocabeam.models.weights;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.vocabeam.models.weights.TorchClasses.StorageId;
import org.vocabeam.models.weights.TorchClasses.Stored;
import org.vocabeam.models.weights.TorchClasses.View;

/**
 * The two forms of {@code torch.save}: a zip of stored records, and before PyTorch 1.6 pickles with
 * the storages behind them.
 */
final class TorchFile {
  private static final String PICKLE = "data.pkl";
  private static final long LEGACY_PROTOCOL = 1001;

  /** Number at the start of the older form. */
  private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

  private static final int DEEPEST = 32;
  private static final int LONGEST_NAME = 1000;

  /** Types in which a storage may be read; records that are read more often lie over others. */
  private static final int MOST_TYPES = 2;

  private static final int CHUNK = 1 << 16;

  private TorchFile() {}

  /** Reads the form of zip files. The records' checksums are compared, once. */
  static WeightFile.Content readZip(Path file, ZipFile zip, long fileSize) throws IOException {
    List<String> pickles =
        zip.stream()
            .map(ZipEntry::getName)
            .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
            .toList();
    if (pickles.size() != 1) {
      throw new Refusal(
          "is a zip with %d records of the name %s, must have one; is it written by torch.save?"
              .formatted(pickles.size(), PICKLE));
    }
    String folder = pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
    ZipEntry byteOrder = zip.getEntry(folder + "byteorder");
    if (byteOrder != null && !"little".equals(text(zip, byteOrder))) {
      throw new Refusal(
          "has values in big-endian order, must be little; save it on such a machine");
    }
    Records records = new Records(zip, fileSize);
    ZipEntry pickle = records.checked(pickles.get(0));
    Map<String, Stored> storages = new HashMap<>();
    Object root;
    try (InputStream in = new BufferedInputStream(zip.getInputStream(pickle))) {
      root =
          new Unpickler(
                  in,
                  pickle.getSize(),
                  id -> {
                    StorageId wanted = TorchClasses.storageId(id);
                    return storages.computeIfAbsent(
                        wanted.key() + " " + wanted.type(),
                        key -> records.stored(folder + "data/" + wanted.key(), wanted));
                  })
              .load();
    }
    return content("PyTorch, zip", file, fileSize, root);
  }

  /** Records of a zip, whose checksums are compared. */
  private static final class Records {
    private final ZipFile zip;
    private final long fileSize;
    private long unread;

    Records(ZipFile zip, long fileSize) {
      this.zip = zip;
      this.fileSize = fileSize;
      this.unread = MOST_TYPES * fileSize;
    }

    Stored stored(String name, StorageId wanted) {
      try {
        ZipEntry entry = checked(name);
        if (wanted.size() < 0 || wanted.size() > entry.getSize() / wanted.type().bytes()) {
          throw new Refusal(
              "has %d bytes in the record %s, too few for %d values of %s"
                  .formatted(entry.getSize(), Refusal.quoted(name), wanted.size(), wanted.type()));
        }
        return new Stored(wanted.type(), new ZipStorage(zip, entry, wanted.size()));
      } catch (IOException e) {
        throw damaged(e);
      }
    }

    ZipEntry checked(String name) throws IOException {
      ZipEntry entry = zip.getEntry(name);
      if (entry == null) {
        throw new Refusal("lacks the record %s; it is damaged".formatted(Refusal.quoted(name)));
      }
      if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
        throw new Refusal(
            "has a compressed record %s, must be stored as torch.save does"
                .formatted(Refusal.quoted(name)));
      }
      unread -= entry.getSize();
      if (entry.getSize() > fileSize || unread < 0) {
        throw new Refusal("has records that lie over one another; it is damaged");
      }
      CRC32 sum = new CRC32();
      byte[] chunk = new byte[CHUNK];
      long bytes = 0;
      try (InputStream in = zip.getInputStream(entry)) {
        for (int read = in.read(chunk); read > 0; read = in.read(chunk)) {
          sum.update(chunk, 0, read);
          bytes += read;
        }
      }
      if (bytes != entry.getSize() || sum.getValue() != entry.getCrc()) {
        throw new Refusal(
            "has a record %s whose checksum is %08x, must be %08x; it is damaged"
                .formatted(Refusal.quoted(name), sum.getValue(), entry.getCrc()));
      }
      return entry;
    }
  }

  private static String text(ZipFile zip, ZipEntry entry) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      return new String(in.readNBytes(16), StandardCharsets.UTF_8).trim();
    }
  }

  /** Values of a record. */
  private record ZipStorage(ZipFile zip, ZipEntry entry, long size) implements Storage {
    @Override
    public InputStream from(long position) throws IOException {
      InputStream in = zip.getInputStream(entry);
      in.skipNBytes(position);
      return in;
    }
  }

  /** Reads the older form: magic number, protocol, system, the object, keys, and the storages. */
  static WeightFile.Content readLegacy(Path file, FileChannel channel) throws IOException {
    long fileSize = channel.size();
    Pickles pickles = new Pickles(channel);
    if (!LEGACY_MAGIC.equals(pickles.next(TorchFile::refuseReference))) {
      throw new Refusal("is a pickle, but none of torch.save; save a state_dict with torch.save");
    }
    if (!Long.valueOf(LEGACY_PROTOCOL).equals(pickles.next(TorchFile::refuseReference))) {
      throw new Refusal("has another protocol of torch.save than " + LEGACY_PROTOCOL);
    }
    if (pickles.next(TorchFile::refuseReference) instanceof Map<?, ?> system
        && Boolean.FALSE.equals(system.get("little_endian"))) {
      throw new Refusal(
          "has values in big-endian order, must be little; save it on such a machine");
    }
    Map<String, LegacyStorage> storages = new LinkedHashMap<>();
    Object root =
        pickles.next(
            id -> {
              StorageId wanted = TorchClasses.storageId(id);
              LegacyStorage storage =
                  storages.computeIfAbsent(
                      wanted.key(), key -> new LegacyStorage(channel, wanted, fileSize));
              if (storage.wanted.type() != wanted.type()) {
                throw new Refusal("has the storage %s in two types".formatted(wanted.key()));
              }
              return new Stored(wanted.type(), storage);
            });
    if (!(pickles.next(TorchFile::refuseReference) instanceof List<?> keys)) {
      throw new Refusal("has no list of storages; it is damaged");
    }
    long position = pickles.position;
    for (Object key : keys) {
      LegacyStorage storage = key instanceof String name ? storages.get(name) : null;
      if (storage == null) {
        throw new Refusal("has a storage that no tensor refers to; it is damaged");
      }
      position = storage.place(position);
    }
    for (LegacyStorage storage : storages.values()) {
      storage.checkPlaced();
    }
    return content("PyTorch, before 1.6", file, fileSize, root);
  }

  private static Object refuseReference(Object id) {
    throw new Refusal("refers to a storage where there is none; it is damaged");
  }

  /** Pickles that follow one another. */
  private static final class Pickles {
    private final FileChannel channel;
    private long position;

    Pickles(FileChannel channel) {
      this.channel = channel;
    }

    Object next(Unpickler.Persistent persistent) throws IOException {
      Unpickler unpickler =
          new Unpickler(
              new BufferedInputStream(new FileStorage.Reader(channel, position)),
              channel.size() - position,
              persistent);
      Object value = unpickler.load();
      position += unpickler.position();
      return value;
    }
  }

  /** A storage that is referred to before its place is known. */
  private static final class LegacyStorage implements Storage {
    private final FileChannel channel;
    private final StorageId wanted;
    private final long fileSize;
    private long position = -1;

    LegacyStorage(FileChannel channel, StorageId wanted, long fileSize) {
      this.channel = channel;
      this.wanted = wanted;
      this.fileSize = fileSize;
    }

    /** Places the storage, whose size comes first, and returns the place behind it. */
    long place(long start) throws IOException {
      byte[] length = new FileStorage.Reader(channel, start).readNBytes(Long.BYTES);
      if (length.length < Long.BYTES) {
        throw new EOFException("it is cut off");
      }
      long size = 0;
      for (int i = Long.BYTES - 1; i >= 0; i--) {
        size = (size << 8) | (length[i] & 0xff);
      }
      if (size != wanted.size() || size < 0) {
        throw new Refusal(
            "has a storage of %d values, must be %d; it is damaged".formatted(size, wanted.size()));
      }
      position = start + Long.BYTES;
      int bytes = wanted.type().bytes();
      if (size > (fileSize - position) / bytes) {
        throw new Refusal(
            "is cut off: a storage of %d values of %s at byte %d is not all there"
                .formatted(size, wanted.type(), position));
      }
      return position + size * bytes;
    }

    void checkPlaced() {
      if (position < 0) {
        throw new Refusal("lacks the storage %s; it is damaged".formatted(wanted.key()));
      }
    }

    @Override
    public long size() {
      return wanted.size();
    }

    @Override
    public InputStream from(long offset) {
      return new FileStorage.Reader(channel, position + offset);
    }
  }

  /** A dictionary that is still to be looked through. */
  private record Nested(String prefix, Map<?, ?> map, int depth) {}

  /** Collects the tensors of dictionaries in dictionaries; each of them is looked into once. */
  private static WeightFile.Content content(String format, Path file, long fileSize, Object root) {
    List<WeightTensor> tensors = new ArrayList<>();
    Map<String, String> notes = new LinkedHashMap<>();
    if (root instanceof View view) {
      tensors.add(tensor(file, fileSize, "", view));
    }
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Nested> next = new ArrayDeque<>();
    if (root instanceof Map<?, ?> map) {
      next.add(new Nested("", map, 0));
      seen.add(map);
    }
    while (!next.isEmpty()) {
      Nested nested = next.remove();
      nested
          .map()
          .forEach(
              (key, value) -> {
                String name = nested.prefix() + key;
                if (name.length() > LONGEST_NAME) {
                  throw new Refusal(
                      "has a name of %d letters, must have at most %d"
                          .formatted(name.length(), LONGEST_NAME));
                }
                if (value instanceof View view) {
                  tensors.add(tensor(file, fileSize, name, view));
                } else if (value instanceof Map<?, ?> map) {
                  if (nested.depth() < DEEPEST && seen.add(map)) {
                    next.add(new Nested(name + "/", map, nested.depth() + 1));
                  }
                } else if (value instanceof Number || value instanceof String) {
                  notes.put(name, Refusal.quoted(value.toString()));
                }
              });
    }
    return new WeightFile.Content(format, tensors, notes);
  }

  private static WeightTensor tensor(Path file, long fileSize, String name, View view) {
    Stored stored = view.stored();
    WeightTensor.check(
        view.shape(), view.offset(), view.strides(), stored.storage().size(), fileSize);
    return new WeightTensor(
        file, name, stored.type(), view.shape(), stored.storage(), view.offset(), view.strides());
  }

  /** Returns the refusal of a zip that Java cannot read. */
  static Refusal damaged(IOException e) {
    return new Refusal(
        (e instanceof ZipException ? "is a damaged zip: " : "cannot be read: ")
            + Refusal.quoted(String.valueOf(e.getMessage())),
        e);
  }
}
