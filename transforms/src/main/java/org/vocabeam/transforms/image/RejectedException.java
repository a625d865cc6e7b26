package org.vocabeam.transforms.image;

/** Signals a file that is no usable image. */
public final class RejectedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Rejection rejection;

  public RejectedException(Rejection rejection) {
    super(rejection.reason());
    this.rejection = rejection;
  }

  public RejectedException(Rejection rejection, Throwable cause) {
    super(rejection.reason(), cause);
    this.rejection = rejection;
  }

  public Rejection rejection() {
    return rejection;
  }
}
