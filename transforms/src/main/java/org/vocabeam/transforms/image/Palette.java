package org.vocabeam.transforms.image;

/** Colours of indexes, {@code [256, channels]}. An index beyond a file's palette is grey. */
final class Palette {
  static final int COLOURS = 256;

  private Palette() {}

  /** Returns the palette whose colour is the index in every channel, as Pillow's is at first. */
  static byte[] grey(int channels) {
    byte[] colours = new byte[COLOURS * channels];
    for (int i = 0; i < colours.length; i++) {
      colours[i] = (byte) (i / channels);
    }
    return colours;
  }

  /** Returns the RGB pixels of indexes {@code [height, width]}. */
  static Pixels pixels(int width, int height, byte[] indexes, byte[] colours) {
    byte[] values = new byte[Math.multiplyExact(indexes.length, 3)];
    for (int i = 0; i < indexes.length; i++) {
      System.arraycopy(colours, (indexes[i] & 0xFF) * 3, values, i * 3, 3);
    }
    return new Pixels(width, height, 3, values);
  }
}
