package org.vocabeam.models.training;

/** A kind of settings that every method has, for any network. */
public enum Settings {
  /** For images of 28 to 64 pixels and a few minutes on a processor. */
  SMALL,
  /** Those of the method's paper or of its authors' code. */
  PAPER
}
