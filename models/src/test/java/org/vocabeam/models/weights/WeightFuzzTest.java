package org.vocabeam.models.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;

/**
 * Mutated files of both formats: each is read or refused in one line, in bounded memory. With
 * {@code -Dweights.fuzz.files=20000} there are more of them; the seed is 21.
 */
class WeightFuzzTest {
  private static final int FILES = Integer.getInteger("weights.fuzz.files", 2000);
  private static final long SEED = 21;

  /** Bytes of memory for a byte of a file, of all that is ever allocated for it. */
  private static final long FACTOR = 200;

  /** Buffers and classes, whatever the file. */
  private static final long CONSTANT = 8L << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path folder;

  private int read;
  private int refused;

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void mutatedFilesAreReadOrRefused() throws IOException {
    List<String> readable = WeightsGoldenTest.readable();
    List<String> broken = WeightsGoldenTest.refused();
    for (int i = 0; i < FILES; i++) {
      SplittableRandom random = Seeds.random(SEED, "fuzz", i);
      List<String> originals = random.nextInt(5) > 0 ? readable : broken;
      Path original =
          WeightsGoldenTest.folder().resolve(originals.get(random.nextInt(originals.size())));
      byte[] bytes = Files.readAllBytes(original);
      byte[] mutated =
          isZip(bytes) && random.nextInt(4) > 0
              ? withMutatedPickle(original, random)
              : isSafetensors(original) && random.nextInt(4) > 0
                  ? withMutatedHeader(bytes, random)
                  : mutated(bytes, random);
      String name = original.getFileName().toString();
      Path file = folder.resolve("mutated" + name.substring(name.lastIndexOf('.')));
      Files.write(file, mutated);
      check(file, mutated.length, i);
    }
    assertTrue(read > FILES / 20, "only " + read + " mutated files could be read");
    assertTrue(refused > FILES / 4, "only " + refused + " mutated files were refused");
  }

  private void check(Path path, long size, int number) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try (WeightFile file = WeightFile.open(path)) {
      checkMemory(before, size, number);
      for (WeightTensor tensor : file.tensors()) {
        before = THREADS.getCurrentThreadAllocatedBytes();
        assertEquals(tensor.size(), tensor.floats().length);
        checkMemory(before, size, number);
      }
      read++;
    } catch (UserError refusal) {
      checkMemory(before, size, number);
      assertEquals(1, refusal.getMessage().lines().count(), refusal.getMessage());
      assertTrue(refusal.getMessage().startsWith(path.toString()), refusal.getMessage());
      refused++;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("file " + number, e);
    }
  }

  private static void checkMemory(long before, long size, int number) {
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertTrue(
        allocated <= CONSTANT + FACTOR * size,
        () -> "file %d of %d bytes took %d".formatted(number, size, allocated));
  }

  private static boolean isZip(byte[] bytes) {
    return bytes.length > 30 && bytes[0] == 'P' && bytes[1] == 'K';
  }

  private static boolean isSafetensors(Path path) {
    return path.toString().endsWith(".safetensors");
  }

  /** Changes the pickle, with the checksum that belongs to it. */
  private static byte[] withMutatedPickle(Path original, SplittableRandom random)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipFile zip = new ZipFile(original.toFile());
        ZipOutputStream copy = new ZipOutputStream(out)) {
      copy.setMethod(ZipOutputStream.STORED);
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        byte[] record = zip.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith("data.pkl")) {
          record = mutated(record, random);
        }
        CRC32 crc = new CRC32();
        crc.update(record);
        ZipEntry written = new ZipEntry(entry.getName());
        written.setSize(record.length);
        written.setCrc(crc.getValue());
        copy.putNextEntry(written);
        copy.write(record);
      }
    } catch (ZipException e) {
      return mutated(Files.readAllBytes(original), random);
    }
    return out.toByteArray();
  }

  /** Changes the header, with the length that belongs to it. */
  private static byte[] withMutatedHeader(byte[] bytes, SplittableRandom random) {
    if (bytes.length < Long.BYTES) {
      return mutated(bytes, random);
    }
    long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > bytes.length - Long.BYTES) {
      return mutated(bytes, random);
    }
    int end = Long.BYTES + (int) length;
    byte[] header = mutated(Arrays.copyOfRange(bytes, Long.BYTES, end), random);
    return ByteBuffer.allocate(Long.BYTES + header.length + bytes.length - end)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(bytes, end, bytes.length - end)
        .array();
  }

  /** Changes, cuts, removes, repeats or exchanges some bytes. */
  private static byte[] mutated(byte[] original, SplittableRandom random) {
    byte[] bytes = original.clone();
    for (int change = random.nextInt(1, 4); change > 0 && bytes.length > 0; change--) {
      int at = random.nextInt(bytes.length);
      int other = random.nextInt(bytes.length);
      int count = Math.min(random.nextInt(1, 40), bytes.length - Math.max(at, other));
      switch (random.nextInt(7)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = joined(bytes, 0, at, at + count, bytes.length);
        case 4 -> bytes = joined(bytes, 0, at + count, at, bytes.length);
        case 5 -> System.arraycopy(original, at % original.length, bytes, at, 1);
        default -> System.arraycopy(bytes.clone(), other, bytes, at, count);
      }
    }
    return bytes;
  }

  private static byte[] joined(byte[] bytes, int from, int to, int from2, int to2) {
    byte[] joined = new byte[to - from + to2 - from2];
    System.arraycopy(bytes, from, joined, 0, to - from);
    System.arraycopy(bytes, from2, joined, to - from, to2 - from2);
    return joined;
  }

  /** Checks that opening a bomb of a pickle is refused before memory is taken. */
  @Test
  void smallPicklesStaySmall() throws IOException {
    // A list of ten lists of ten lists ...: 10^30 elements in 800 bytes, each list once in memory.
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.write(new byte[] {(byte) 0x80, 2, ']', 'q', 0});
    for (int depth = 1; depth <= 30; depth++) {
      pickle.write(new byte[] {']', 'q', (byte) depth, '('});
      for (int i = 0; i < 10; i++) {
        pickle.write(new byte[] {'h', (byte) (depth - 1)});
      }
      pickle.write('e');
    }
    pickle.write('.');
    byte[] bytes = pickle.toByteArray();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    new Unpickler(new ByteArrayInputStream(bytes), bytes.length, id -> id).load();
    checkMemory(before, bytes.length, 0);
  }
}
