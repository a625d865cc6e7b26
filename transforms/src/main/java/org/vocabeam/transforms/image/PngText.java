package org.vocabeam.transforms.image;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Text chunk of a PNG, as tEXt, zTXt or iTXt. Tools write metadata into two of them: ImageMagick
 * EXIF in hexadecimal digits ({@link #PROFILE}), Adobe XMP ({@link #XMP}).
 */
record PngText(String keyword, String text) {
  /** Keyword of EXIF: a line break, the kind, a length, and digits in lines. */
  static final String PROFILE = "Raw profile type exif";

  static final String XMP = "XML:com.adobe.xmp";

  private static final Pattern XMP_ORIENTATION =
      Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");
  private static final Set<String> TYPES = Set.of("tEXt", "zTXt", "iTXt");
  private static final int PROFILE_HEADER = 3;
  private static final int MOST = 1 << 20;

  /** Returns the text of a chunk if it is one of metadata, and whole. */
  static Optional<PngText> of(String type, byte[] bytes, int from, int length) {
    if (!TYPES.contains(type)) {
      return Optional.empty();
    }
    int end = from + length;
    int zero = zero(bytes, from, end);
    String keyword = new String(bytes, from, zero - from, StandardCharsets.ISO_8859_1);
    if (zero == end || !List.of(PROFILE, XMP).contains(keyword)) {
      return Optional.empty();
    }
    return Optional.ofNullable(
            switch (type) {
              case "tEXt" -> text(bytes, zero + 1, end, false, StandardCharsets.ISO_8859_1);
              case "zTXt" -> text(bytes, zero + 2, end, true, StandardCharsets.ISO_8859_1);
              case "iTXt" -> international(bytes, zero + 1, end);
              default -> null;
            })
        .map(text -> new PngText(keyword, text));
  }

  private static int zero(byte[] bytes, int from, int end) {
    int at = Math.min(from, end);
    while (at < end && bytes[at] != 0) {
      at++;
    }
    return at;
  }

  /** Returns the text behind the flag and method of compression, a language and a translation. */
  private static @Nullable String international(byte[] bytes, int from, int end) {
    int language = zero(bytes, from + 2, end);
    int translation = zero(bytes, language + 1, end);
    return translation >= end
        ? null
        : text(bytes, translation + 1, end, bytes[from] != 0, StandardCharsets.UTF_8);
  }

  private static @Nullable String text(
      byte[] bytes, int from, int end, boolean compressed, Charset charset) {
    if (from > end) {
      return null;
    }
    if (!compressed) {
      return new String(bytes, from, end - from, charset);
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(bytes, from, end - from);
      byte[] text = new byte[MOST];
      int length = inflater.inflate(text);
      return inflater.finished() ? new String(text, 0, length, charset) : null;
    } catch (DataFormatException e) {
      return null;
    } finally {
      inflater.end();
    }
  }

  /** Returns the EXIF of {@link #PROFILE}: a TIFF structure; empty if the digits are none. */
  byte[] exif() {
    String digits =
        Arrays.stream(text.split("\n", -1)).skip(PROFILE_HEADER).collect(Collectors.joining());
    try {
      byte[] exif = HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
      return Exif.withoutHeader(exif);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** Returns the orientation that {@link #XMP} tells, 1 to 8; 1 if it tells none. */
  int orientation() {
    Matcher matcher = XMP_ORIENTATION.matcher(text);
    int orientation = matcher.find() ? Integer.parseInt(matcher.group(1)) : 1;
    return orientation < 1 || orientation > 8 ? 1 : orientation;
  }
}
