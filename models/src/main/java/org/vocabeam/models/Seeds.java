package org.vocabeam.models;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Source of all randomness: 64-bit hashes of what is randomised. No two computations share a
 * generator, so order, retries and the number of workers cannot change a draw.
 *
 * <pre>{@code
 * SplittableRandom random = Seeds.random(runSeed, "crop", epoch, imageId);
 * }</pre>
 */
public final class Seeds {
  private Seeds() {}

  /** Returns the hash of the parts: whole numbers and texts, in this order. */
  public static long of(long seed, Object... parts) {
    Hasher hasher = Hashing.murmur3_128().newHasher().putLong(seed);
    for (Object part : parts) {
      if (part instanceof Number number) {
        hasher.putByte((byte) 1).putLong(number.longValue());
      } else {
        String text = part.toString();
        hasher.putByte((byte) 2).putInt(text.length()).putString(text, StandardCharsets.UTF_8);
      }
    }
    return hasher.hash().asLong();
  }

  /** Returns a generator for one draw of several numbers. */
  public static SplittableRandom random(long seed, Object... parts) {
    return new SplittableRandom(of(seed, parts));
  }
}
