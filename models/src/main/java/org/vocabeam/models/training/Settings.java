package org.vocabeam.models.training;

/** Kind of the settings that every method has, for any network. */
public enum Settings {
  /** Settings for images of 28 to 64 pixels and a few minutes on a processor. */
  SMALL,
  /** Settings of the method's paper, or of its authors' code. */
  PAPER
}
