package org.vocabeam.pipelines.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.StepMetric;

/** The curves of a run are what TensorBoard reads. */
class EventFileTest {
  private static final int ROUNDS = 2;
  private static final int STEPS = 3;

  @TempDir static Path directory;
  private static Path images;
  private static RunDirectory run;

  @BeforeAll
  static void pretrain() throws IOException {
    images = SmallStore.of(directory, 30, 6);
    run = new RunDirectory(directory.resolve("run").toString());
    pretrainAgain();
  }

  private static void pretrainAgain() {
    Vocabeam.run(
        List.of(
            "pretrain",
            "--images=" + images,
            "--output=" + run.root(),
            "--rounds=" + ROUNDS,
            "--stepsPerRound=" + STEPS,
            "--batchSize=8",
            "--words=16",
            "--runner=DirectRunner"));
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(run.tensorboard()))) {
      return files.sorted((a, b) -> round(a).compareTo(round(b))).toList();
    }
  }

  private static String round(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.'));
  }

  /** Records of a TFRecord file: length, its checksum, data, its checksum. */
  private static List<Event> events(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[Long.BYTES];
      bytes.get(length);
      assertEquals(masked(length), bytes.getInt(), "checksum of a length");
      byte[] data =
          new byte
              [Math.toIntExact(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong())];
      bytes.get(data);
      assertEquals(masked(data), bytes.getInt(), "checksum of a record");
      events.add(Event.parseFrom(data));
    }
    return events;
  }

  private static int masked(byte[] bytes) {
    int crc = Hashing.crc32c().hashBytes(bytes).asInt();
    return Integer.rotateRight(crc, 15) + 0xa282ead8;
  }

  private static Map<String, Float> curves(Path file) throws IOException {
    Map<String, Float> curves = new TreeMap<>();
    for (Event event : events(file)) {
      for (Summary.Value value : event.getSummary().getValueList()) {
        Float twice = curves.put(event.getStep() + " " + value.getTag(), value.getSimpleValue());
        assertEquals(null, twice, "one point for a step of a curve");
      }
    }
    return curves;
  }

  private static Map<String, Float> metrics(long last) throws IOException {
    Map<String, Float> metrics = new TreeMap<>();
    StoreReader<StepMetric> store = StoreReader.open(StepMetric.TYPE, run.steps(last));
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<StepMetric> rows = store.read(group)) {
        rows.forEachRemaining(row -> metrics.put(row.step() + " " + row.metric(), row.value()));
      }
    }
    return metrics;
  }

  @Test
  void everyNumberOfEveryStepIsAPointOfItsCurve() throws Exception {
    assertEquals(ROUNDS, files().size());
    for (int round = 1; round <= ROUNDS; round++) {
      Path file = files().get(round - 1);
      assertTrue(file.getFileName().toString().startsWith("events.out.tfevents."), file.toString());
      assertEquals("brain.Event:2", events(file).get(0).getFileVersion());
      Map<String, Float> metrics = metrics((long) round * STEPS);
      assertEquals(metrics, curves(file));
      for (int step = (round - 1) * STEPS; step < round * STEPS; step++) {
        assertTrue(metrics.containsKey(step + " loss"), metrics.keySet().toString());
        assertTrue(metrics.containsKey(step + " embedding_std"));
        boolean isLast = step == ROUNDS * STEPS - 1;
        assertEquals(isLast, metrics.containsKey(step + " rankme"));
        assertEquals(isLast, metrics.containsKey(step + " neighbours"));
      }
    }
  }

  @Test
  void anInterruptedRoundLeavesNoSecondCurve() throws Exception {
    // As a kill between the events and the end of the last round leaves it.
    Files.delete(Path.of(run.checkpoint(ROUNDS * STEPS), "_SUCCESS"));
    pretrainAgain();
    assertTrue(StoreReader.isComplete(run.checkpoint(ROUNDS * STEPS)));
    everyNumberOfEveryStepIsAPointOfItsCurve();
  }
}
