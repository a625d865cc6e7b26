package org.vocabeam.models.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/** A process of its own, because the standard error is the process's. */
final class NativeLogTest {
  /** A program that computes and prints a line. */
  static final class Child {
    public static void main(String[] arguments) {
      TensorFlowNative.load();
      try (Graph graph = new Graph()) {
        Ops tf = Ops.create(graph);
        var sum = tf.math.add(tf.constant(1f), tf.constant(2f));
        try (Session session = new Session(graph)) {
          session.runner().fetch(sum).run().close();
        }
      }
      System.err.println("from Java");
    }
  }

  @Test
  void linesOfTensorFlowGoIntoTheFileAndJavasToTheStandardError(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path log = directory.resolve("logs/native.log");
    assertEquals("from Java", errors("-Dvocabeam.native.log=" + log));
    assertTrue(Files.readString(log).contains("cpu_feature_guard"), Files.readString(log));
    assertEquals("from Java", errors("-Dvocabeam.native.log=" + log));
    assertEquals(2, Files.readString(log).split("cpu_feature_guard", -1).length - 1);
  }

  @Test
  void withoutAFileTheyGoToTheStandardError() throws IOException, InterruptedException {
    String errors = errors();
    assertTrue(errors.contains("cpu_feature_guard"), errors);
    assertTrue(errors.contains("from Java"), errors);
  }

  private static String errors(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("--add-opens=java.base/java.io=ALL-UNNAMED");
    command.add("-Dorg.bytedeco.javacpp.logger=slf4j");
    command.add("-Djava.util.logging.config.file=../runner-config/logging.properties");
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Child.class.getName()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "0");
    Process child = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    String errors = new String(child.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), errors);
    return errors.lines().filter(line -> !line.startsWith("SLF4J")).reduce("", String::concat);
  }
}
