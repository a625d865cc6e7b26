package org.vocabeam.pipelines.runner;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build, for provenance. */
public final class Version {
  private Version() {}

  public static String read() {
    try (InputStream in = Version.class.getResourceAsStream("/vocabeam.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
