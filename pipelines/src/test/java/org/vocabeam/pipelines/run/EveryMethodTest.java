package org.vocabeam.pipelines.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Lists;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.FileTree;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.transforms.store.StoreReader;

/** Checks that hold for every registered method. */
@Tag("slow")
class EveryMethodTest {
  @TempDir static Path directory;
  private static Path images;

  @BeforeAll
  static void ingest() throws IOException {
    images = SmallStore.of(directory, 60, 30, BufferedImage.TYPE_INT_RGB);
  }

  /** Methods of one student; bownet's generations have a test of their own. */
  static Stream<String> methods() {
    return Methods.names().stream().filter(method -> !method.equals("bownet"));
  }

  private static RunDirectory pretrain(
      String method, String name, int rounds, int replicas, String... options) {
    Path output = directory.resolve(method + "-" + name);
    List<String> arguments =
        Lists.newArrayList(
            "pretrain",
            "--method=" + method,
            "--images=" + images,
            "--output=" + output,
            "--rounds=" + rounds,
            "--stepsPerRound=" + 4 / rounds,
            "--replicas=" + replicas,
            "--batchSize=8",
            "--runner=DirectRunner");
    arguments.addAll(List.of(options));
    Vocabeam.run(arguments);
    return new RunDirectory(output.toString());
  }

  /** The scale of the loss is a part of the checkpoint, and the sums of the parts are none. */
  @Test
  void float16InPartsHasTheSameBytesInOneRoundAndInTwo() throws IOException {
    String[] options = {"--precision=float16", "--accumulate=2"};
    RunDirectory once = pretrain("obow", "float16-once", 1, 1, options);
    RunDirectory rounds = pretrain("obow", "float16-rounds", 2, 1, options);
    FileTree.assertSame(Path.of(once.checkpoint(4)), Path.of(rounds.checkpoint(4)));
  }

  /** Branches are dropped by the images of a step, so rounds do not change them. */
  @Test
  void aTransformerHasTheSameBytesInOneRoundAndInTwo() throws IOException {
    String[] options = {
      "--preset=small/vit-ti16",
      "--set=/backbone/depth=2",
      "--set=/backbone/width=12",
      "--set=/backbone/dropPath=0.5"
    };
    RunDirectory once = pretrain("dino", "transformer-once", 1, 1, options);
    RunDirectory rounds = pretrain("dino", "transformer-rounds", 2, 1, options);
    FileTree.assertSame(Path.of(once.checkpoint(4)), Path.of(rounds.checkpoint(4)));
  }

  /** A run in rounds goes on from a checkpoint each time, as it does after a kill. */
  @ParameterizedTest
  @MethodSource("methods")
  void sameBytesInOneRoundAndInTwoAndWithReplicas(String method) throws IOException {
    RunDirectory once = pretrain(method, "once", 1, 1);
    RunDirectory rounds = pretrain(method, "rounds", 2, 1);
    FileTree.assertSame(Path.of(once.checkpoint(4)), Path.of(rounds.checkpoint(4)));
    RunDirectory replicas = pretrain(method, "replicas", 2, 2);
    assertTrue(StoreReader.isComplete(replicas.checkpoint(4)));
    assertEquals(4, replicas.newest(Stream.of(2L, 4L).mapToLong(Long::longValue)));
  }
}
