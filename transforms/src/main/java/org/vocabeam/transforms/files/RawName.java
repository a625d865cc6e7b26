package org.vocabeam.transforms.files;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Name of a file as bytes of any encoding, as file systems and tars have it. */
public final class RawName {
  /** Sign that Java puts in the place of what is no text in the locale's encoding. */
  private static final char REPLACED = '\uFFFD';

  private RawName() {}

  /** Returns a name in UTF-8 as it is; in any other, bytes from 128 on are shown as in \xE9. */
  public static String text(byte[] name) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    } catch (CharacterCodingException e) {
      StringBuilder text = new StringBuilder();
      for (byte b : name) {
        text.append(b < 0 ? String.format("\\x%02X", b) : String.valueOf((char) b));
      }
      return text.toString();
    }
  }

  /** Returns true if the text of a path does not lead back to its file. */
  static boolean isLost(String path) {
    return path.indexOf(REPLACED) >= 0;
  }

  /** Returns the bytes of a path, absolute and with {@code /}. */
  static byte[] of(Path path) {
    String uri = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < uri.length(); i++) {
      if (uri.charAt(i) == '%') {
        bytes.write(Integer.parseInt(uri, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(uri.charAt(i));
      }
    }
    return bytes.toByteArray();
  }
}
