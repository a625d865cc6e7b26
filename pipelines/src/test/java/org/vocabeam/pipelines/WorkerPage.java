package org.vocabeam.pipelines;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Page that Prometheus reads from a process. */
record WorkerPage(String text) {
  static WorkerPage read(int port) throws IOException {
    URI page = URI.create("http://127.0.0.1:" + port + "/metrics");
    try (var in = page.toURL().openStream()) {
      return new WorkerPage(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** One of our metrics, of a TaskManager; nothing where the page is of another process. */
  OptionalDouble find(String name, String label) {
    Matcher line =
        Pattern.compile(
                "(?m)^flink_taskmanager_vocabeam_" + name + "\\{[^}]*tm_id=[^}]*\\} (\\S+)$")
            .matcher(text);
    while (line.find()) {
      if (line.group().contains(label)) {
        return OptionalDouble.of(Double.parseDouble(line.group(1)));
      }
    }
    return OptionalDouble.empty();
  }

  double value(String name) {
    return value(name, "");
  }

  double value(String name, String label) {
    return find(name, label)
        .orElseThrow(() -> new AssertionError(name + " " + label + " is not in " + text));
  }
}
