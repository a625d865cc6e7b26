package org.vocabeam.transforms.images;

/** These bytes are not an image that can be used. */
final class RejectedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Rejection rejection;

  RejectedException(Rejection rejection) {
    super(rejection.reason());
    this.rejection = rejection;
  }

  RejectedException(Rejection rejection, Throwable cause) {
    super(rejection.reason(), cause);
    this.rejection = rejection;
  }

  Rejection rejection() {
    return rejection;
  }
}
