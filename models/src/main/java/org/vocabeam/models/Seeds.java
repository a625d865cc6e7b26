package org.vocabeam.models;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Where all randomness comes from: a 64-bit hash of what is being randomised. Nothing is drawn from
 * a generator that two computations share, so order, retries and the number of workers cannot
 * change a draw.
 */
public final class Seeds {
  private Seeds() {}

  /** The hash of the parts (longs and strings, in this order). */
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

  /** A generator of its own for one draw of several numbers. */
  public static SplittableRandom random(long seed, Object... parts) {
    return new SplittableRandom(of(seed, parts));
  }
}
