package org.vocabeam.models.views;

/** A part of an image, in pixels from its upper left corner. */
record Box(double top, double left, double height, double width) {
  /**
   * Places of the first and last row and column of samples, as CropAndResize wants them: 0 is the
   * centre of the first pixel and 1 of the last one, after the image was padded by a pixel on each
   * side. Reversed for flips.
   */
  static final ViewParameter Y1 = ViewParameter.ofGeometry("y1");

  static final ViewParameter X1 = ViewParameter.ofGeometry("x1");
  static final ViewParameter Y2 = ViewParameter.ofGeometry("y2");
  static final ViewParameter X2 = ViewParameter.ofGeometry("x2");

  /**
   * Sets the places of the samples.
   *
   * @param size side of the square that the box is resized to
   * @param imageHeight in pixels
   * @param imageWidth in pixels
   */
  void set(ViewRow row, int size, int imageHeight, int imageWidth, Orientation.Drawn orientation) {
    double halfStepY = height / (2 * size);
    double halfStepX = width / (2 * size);
    double firstY = (top + halfStepY + 0.5) / (imageHeight + 1);
    double lastY = (top + height - halfStepY + 0.5) / (imageHeight + 1);
    double firstX = (left + halfStepX + 0.5) / (imageWidth + 1);
    double lastX = (left + width - halfStepX + 0.5) / (imageWidth + 1);
    row.set(Y1, orientation.mirrorsY() ? lastY : firstY);
    row.set(X1, orientation.mirrorsX() ? lastX : firstX);
    row.set(Y2, orientation.mirrorsY() ? firstY : lastY);
    row.set(X2, orientation.mirrorsX() ? firstX : lastX);
  }
}
