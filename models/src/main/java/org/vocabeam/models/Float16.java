package org.vocabeam.models;

/**
 * Numbers of 16 bits, binary16 of IEEE 754, for which Java 17 has no type.
 *
 * <pre>{@code
 * short bits = Float16.bits(0.1f);
 * float nearest = Float16.value(bits); // 0.099975586f
 * }</pre>
 */
public final class Float16 {
  /** Largest finite number. */
  public static final float MAX = 65504;

  private static final int INFINITY = 0x7c00;
  private static final int NAN = 0x7e00;

  /** Difference of the exponents' biases, 127 - 15, in a float's place. */
  private static final int BIAS = 112 << 23;

  /** Least normal number, 2^-14, as a float's bits. */
  private static final int NORMAL = 113 << 23;

  /** Least float that is nearer to 2^16 than to {@link #MAX}, as its bits. */
  private static final int TOO_LARGE = 0x477ff000;

  private Float16() {}

  /** Returns the number with these bits. */
  public static float value(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float subnormal = fraction * 0x1p-24f;
      return sign == 0 ? subnormal : -subnormal;
    }
    int wide = exponent == 0x1f ? 0xff : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
  }

  /**
   * Returns the bits of the nearest number; of two as near, of the one that ends with a 0 bit.
   * Numbers that round beyond {@link #MAX} are infinite.
   */
  public static short bits(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (Float.isNaN(value)) {
      return (short) (sign | NAN);
    }
    if (magnitude >= TOO_LARGE) {
      return (short) (sign | INFINITY);
    }
    if (magnitude < NORMAL) {
      // Floats from 0.5 to 1 are as far apart as subnormal numbers: the addition rounds.
      float rounded = Float.intBitsToFloat(magnitude) + 0.5f;
      return (short) (sign | (Float.floatToRawIntBits(rounded) - Float.floatToRawIntBits(0.5f)));
    }
    int even = (magnitude >> 13) & 1;
    return (short) (sign | ((magnitude - BIAS + 0xfff + even) >> 13));
  }
}
