package org.vocabeam.pipelines.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.OwnJvm;

/** The engine that the commands use by default really runs in this process. */
class EmbeddedFlinkTest {
  private static final class Sum extends SimpleFunction<KV<String, Iterable<Integer>>, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String apply(KV<String, Iterable<Integer>> group) {
      int sum =
          StreamSupport.stream(group.getValue().spliterator(), false)
              .mapToInt(Integer::intValue)
              .sum();
      if (sum < 0) {
        throw new UserError("the sum of " + group.getKey() + " is " + sum + ": must be positive");
      }
      return group.getKey() + "=" + sum;
    }
  }

  private static PCollection<String> sums(Pipeline pipeline, List<KV<String, Integer>> values) {
    return pipeline
        .apply(Create.of(values))
        .apply(GroupByKey.create())
        .apply(MapElements.via(new Sum()));
  }

  private static Pipeline pipeline() {
    return pipeline(1);
  }

  private static Pipeline pipeline(int parallelism) {
    BeamOptions beam = new BeamOptions(List.of("--parallelism=" + parallelism));
    return new Runner("FlinkRunner", beam, null).create("embedded");
  }

  @Test
  void groupsByKey() {
    Pipeline pipeline = pipeline();
    PAssert.that(sums(pipeline, List.of(KV.of("a", 1), KV.of("b", 5), KV.of("a", 2))))
        .containsInAnyOrder("a=3", "b=5");
    pipeline.run().waitUntilFinish();
  }

  @Test
  void whatTheUserCanMendComesThroughAsItsOneLine() {
    Pipeline pipeline = pipeline();
    sums(pipeline, List.of(KV.of("a", -1)));
    Exception thrown = assertThrows(Exception.class, () -> pipeline.run().waitUntilFinish());
    assertEquals("the sum of a is -1: must be positive", Failure.of(thrown).line());
  }

  @Test
  void oneClusterServesAllPipelinesUntilOneNeedsMoreSlots() {
    run(1);
    EmbeddedFlink.StandingCluster first = EmbeddedFlink.cluster;
    Pipeline failing = pipeline();
    sums(failing, List.of(KV.of("a", -1)));
    assertThrows(Exception.class, () -> failing.run().waitUntilFinish());
    run(1);
    assertSame(first, EmbeddedFlink.cluster, "a cluster for every pipeline");

    int slots = first.slots;
    run(slots + 1);
    assertNotSame(first, EmbeddedFlink.cluster);
    assertFalse(first.isRunning(), "two clusters");
    EmbeddedFlink.StandingCluster larger = EmbeddedFlink.cluster;
    run(slots);
    assertSame(larger, EmbeddedFlink.cluster);
  }

  @Tag("slow")
  @Test
  void aCommandLeavesNoTemporaryFiles(@TempDir Path directory) throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    Path file = Files.createDirectory(directory.resolve("input")).resolve("black.png");
    ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY), "png", file.toFile());
    Path output = directory.resolve("output");
    try (OwnJvm jvm = new OwnJvm(directory.resolve("log"), "-Djava.io.tmpdir=" + temporary)) {
      jvm.finish(List.of("ingest", "--input=" + file.getParent(), "--output=" + output));
    }
    assertTrue(Files.isDirectory(output.resolve("rejected")), "nothing was run");
    // Empty, and of one name for all clusters.
    Files.deleteIfExists(temporary.resolve("flink-web-upload"));
    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(List.of(), left.toList());
    }
  }

  private static void run(int parallelism) {
    Pipeline pipeline = pipeline(parallelism);
    PAssert.that(sums(pipeline, List.of(KV.of("a", 1), KV.of("b", 5), KV.of("a", 2))))
        .containsInAnyOrder("a=3", "b=5");
    pipeline.run().waitUntilFinish();
  }
}
