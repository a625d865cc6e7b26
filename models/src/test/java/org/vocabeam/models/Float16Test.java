package org.vocabeam.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Checks numbers of 16 bits against their definition, exponent and fraction. */
class Float16Test {
  /** IEEE 754-2008, 3.4: the value of a sign, an exponent of 5 bits and a fraction of 10. */
  private static double defined(int bits) {
    int exponent = (bits >> 10) & 31;
    double fraction = (bits & 1023) / 1024.0;
    double magnitude =
        exponent == 0
            ? Math.scalb(fraction, -14)
            : exponent == 31
                ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                : Math.scalb(1 + fraction, exponent - 15);
    return (bits & 0x8000) == 0 ? magnitude : -magnitude;
  }

  @Test
  void everyNumberIsWhatItsBitsSayAndComesBack() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Float16.value((short) bits);
      assertEquals((float) defined(bits), value, Integer.toHexString(bits));
      if (!Float.isNaN(value)) {
        assertEquals((short) bits, Float16.bits(value), Integer.toHexString(bits));
      } else {
        assertTrue(Float.isNaN(Float16.value(Float16.bits(value))));
      }
    }
  }

  /** Halfway between two neighbours wins the even one, and all else the nearer. */
  @Test
  void roundsToTheNearest() {
    for (int bits = 0; bits < 0x7bff; bits++) {
      double low = defined(bits);
      double high = defined(bits + 1);
      float middle = (float) ((low + high) / 2);
      int even = bits % 2 == 0 ? bits : bits + 1;
      for (int sign : new int[] {1, -1}) {
        int signBit = sign < 0 ? 0x8000 : 0;
        assertEquals((short) (even | signBit), Float16.bits(sign * middle));
        assertEquals((short) (bits | signBit), Float16.bits(sign * Math.nextDown(middle)));
        assertEquals((short) (bits + 1 | signBit), Float16.bits(sign * Math.nextUp(middle)));
      }
    }
  }

  @Test
  void whatIsTooLargeIsInfinite() {
    assertEquals(Float16.MAX, Float16.value(Float16.bits(65504)));
    assertEquals(Float16.MAX, Float16.value(Float16.bits(Math.nextDown(65520f))));
    assertEquals(Float.POSITIVE_INFINITY, Float16.value(Float16.bits(65520)));
    assertEquals(Float.NEGATIVE_INFINITY, Float16.value(Float16.bits(-1e30f)));
    assertEquals(Float.NEGATIVE_INFINITY, Float16.value(Float16.bits(Float.NEGATIVE_INFINITY)));
  }

  @Test
  void theErrorIsAtMostHalfOfTheDistanceOfNeighbours() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      float value = (float) Math.scalb(random.nextDouble() * 2 - 1, random.nextInt(-30, 16));
      float distance = (float) Math.scalb(1.0, Math.max(Math.getExponent(value), -14) - 10);
      assertEquals(value, Float16.value(Float16.bits(value)), distance / 2, "of " + value);
    }
  }
}
