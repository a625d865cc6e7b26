package org.vocabeam.pipelines;

/** Cosine similarity, computed apart from the product. */
public final class Cosine {
  private Cosine() {}

  /** Returns the cosine of the angle between two vectors of one length. */
  public static double of(float[] a, float[] b) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      squareA += (double) a[i] * a[i];
      squareB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(squareA * squareB);
  }
}
