package org.vocabeam.pipelines.options;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Task;
import picocli.CommandLine.Option;

/** Mixin for the size at which networks see whole images. */
public final class ImageSizeOption {
  private static final int LARGEST = 1 << 14;

  @Option(
      names = "--imageSize",
      order = Sections.METHOD,
      paramLabel = "N",
      description =
          "Images are N x N pixels for a network that sees them whole, and for a preset: the"
              + " short side is scaled to N * 256 / 224, and the centre cut out. Default: for embed"
              + " and import what the weights were trained for; otherwise the shape of the images"
              + " if all have one, or 64 for small settings and 224 for the papers'.")
  private @Nullable Integer side;

  /** Returns the side in pixels; null where none is given. */
  public @Nullable Integer side() {
    if (side != null && (side < 1 || side > LARGEST)) {
      throw new UserError("--imageSize is " + side + ", must be 1 to " + LARGEST);
    }
    return side;
  }

  /** Returns a task at the size that is given. */
  public Task of(Task task) {
    Integer given = side();
    return given == null ? task : task.withSide(given);
  }
}
