package org.vocabeam.models.training;

/** Kind of the settings that every method has, for any network. */
public enum Settings {
  /** Settings for images of 28 to 64 pixels and a few minutes on a processor. */
  SMALL(64),
  /** Settings of the method's paper, or of its authors' code. */
  PAPER(224);

  private final int side;

  Settings(int side) {
    this.side = side;
  }

  /** Returns the side in pixels at which images of several shapes are shown by default. */
  public int side() {
    return side;
  }
}
