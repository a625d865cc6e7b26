package org.vocabeam.transforms.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Damaged files of every format: each is an image or rejected, and no reader throws anything else.
 * More of them by {@code -Dmutations=N} for each file; 20 by default.
 */
class MutationTest {
  private static final long MAX_PIXELS = 100_000;

  @Test
  void aDamagedFileIsAnImageOrRejected() {
    Map<Rejection, Integer> rejected = new EnumMap<>(Rejection.class);
    int images = 0;
    int mutations = Integer.getInteger("mutations", 20);
    for (FormatsTest.Case each : FormatsTest.cases().toList()) {
      SplittableRandom random = new SplittableRandom(each.name().hashCode());
      for (int i = 0; i < mutations; i++) {
        byte[] file = mutated(each.file(), random);
        try {
          ImageHeader header = ImageHeader.read(file, MAX_PIXELS);
          Pixels pixels = ImageDecoder.decode(file, header).orient(header.orientation());
          assertTrue((long) pixels.width() * pixels.height() <= MAX_PIXELS, each.name());
          images++;
        } catch (RejectedException e) {
          rejected.merge(e.rejection(), 1, Integer::sum);
        }
      }
    }
    // The files are not all spoiled at their first byte, and not all harmlessly.
    assertTrue(images > 2 * mutations, images + " images");
    for (Rejection expected :
        List.of(
            Rejection.CORRUPT_JPEG,
            Rejection.TRUNCATED_JPEG,
            Rejection.CORRUPT_PNG,
            Rejection.TRUNCATED_PNG,
            Rejection.CORRUPT_WEBP,
            Rejection.TRUNCATED_WEBP,
            Rejection.CORRUPT_TIFF,
            Rejection.TRUNCATED_TIFF,
            Rejection.CORRUPT_GIF,
            Rejection.TRUNCATED_GIF,
            Rejection.TRUNCATED_BMP,
            Rejection.TRUNCATED_PNM,
            Rejection.CORRUPT_JPEG_2000,
            Rejection.TRUNCATED_JPEG_2000,
            Rejection.TOO_MANY_PIXELS,
            Rejection.NOT_AN_IMAGE)) {
      assertTrue(rejected.containsKey(expected), expected + " is not among " + rejected);
    }
  }

  /** Changes, cuts, inserts or leaves out some bytes, more often near the start. */
  private static byte[] mutated(byte[] file, SplittableRandom random) {
    byte[] bytes = file.clone();
    for (int changes = random.nextInt(1, 5); changes > 0; changes--) {
      int reach = random.nextInt(3) == 0 ? bytes.length : Math.min(bytes.length, 256);
      int at = random.nextInt(reach);
      int length = Math.min(random.nextInt(1, 20), bytes.length - at);
      switch (random.nextInt(8)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes[at] = (byte) 0xFF;
        case 3 -> bytes[at] = 0;
        case 4 -> Arrays.fill(bytes, at, at + Math.min(length, 4), (byte) -random.nextInt(2));
        case 5 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length) + 1);
        case 6 -> bytes = TestImages.insert(bytes, at, noise(length, random));
        default -> {
          byte[] end = Arrays.copyOfRange(bytes, at + length, bytes.length);
          bytes = TestImages.concat(Arrays.copyOf(bytes, at), end, noise(1, random));
        }
      }
    }
    return bytes;
  }

  private static byte[] noise(int length, SplittableRandom random) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }
}
