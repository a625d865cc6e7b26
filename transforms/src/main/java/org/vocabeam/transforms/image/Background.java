package org.vocabeam.transforms.image;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.vocabeam.models.UserError;

/**
 * Colour behind transparent pixels.
 *
 * <pre>{@code
 * int red = Background.WHITE.behind(200, 51); // 244
 * }</pre>
 */
public enum Background {
  WHITE,
  BLACK,
  /**
   * Colour of the pixel itself: the opacity is dropped, as Pillow's {@code convert("RGB")} does.
   */
  KEEP_COLOUR;

  /** Returns the background of a {@linkplain #word word}. */
  public static Background of(String word) {
    return Arrays.stream(values())
        .filter(background -> background.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    String.format(
                        "background: '%s', must be one of %s",
                        word,
                        Arrays.stream(values())
                            .map(Background::word)
                            .collect(Collectors.joining(", ")))));
  }

  /**
   * Returns the name in options and provenance: {@code white}, {@code black}, {@code keep-colour}.
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Returns a value in front of this background, rounded.
   *
   * @param value 0 to 255
   * @param opacity 0 to 255
   */
  int behind(int value, int opacity) {
    return switch (this) {
      case WHITE -> (value * opacity + 255 * (255 - opacity) + 127) / 255;
      case BLACK -> (value * opacity + 127) / 255;
      case KEEP_COLOUR -> value;
    };
  }
}
