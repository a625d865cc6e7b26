package org.vocabeam.transforms.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

class AlignedRowsTest {
  private static final int ROWS = 500;
  private static final int SHARDS = 3;

  @TempDir Path directory;

  /** Samples whose number is a multiple. */
  private StoreReader<Sample> store(String name, int multiple, int shards, long rowGroupBytes)
      throws IOException {
    List<Sample> samples =
        IntStream.range(0, ROWS).filter(i -> i % multiple == 0).mapToObj(Sample::of).toList();
    return WrittenStore.of(
        Sample.TYPE, directory.resolve(name), samples, shards, rowGroupBytes, Map.of());
  }

  /** A row group of the images, what is selected in it, and how many are before it in its file. */
  private record Piece(RowGroup group, List<Sample> selected, long before) {}

  private static List<Piece> pieces(StoreReader<Sample> store, int multiple) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    Map<String, Long> before = new HashMap<>();
    for (RowGroup group : store.rowGroups()) {
      List<Sample> selected = new ArrayList<>();
      try (RowReader<Sample> rows = store.read(group)) {
        rows.forEachRemaining(
            row -> {
              if (row.number() % multiple == 0) {
                selected.add(row);
              }
            });
      }
      pieces.add(new Piece(group, selected, before.getOrDefault(group.fileName(), 0L)));
      before.merge(group.fileName(), (long) selected.size(), Long::sum);
    }
    return pieces;
  }

  private AlignedRows<Sample> open(String companion, Piece piece) throws IOException {
    return AlignedRows.of(
        Sample.TYPE, directory.resolve(companion).toString(), piece.group(), piece.before());
  }

  @Test
  void everyRowGroupFindsItsOwnRowsWhateverTheRowGroupsOfTheCompanion() throws IOException {
    StoreReader<Sample> images = store("images", 1, SHARDS, 2048);
    SplittableRandom random = new SplittableRandom(1);
    for (int multiple : new int[] {1, 3, 70}) {
      List<Piece> pieces = new ArrayList<>(pieces(images, multiple));
      assertTrue(pieces.size() > 4 * SHARDS, "row groups: " + pieces.size());
      for (long rowGroupBytes : new long[] {1024, 3000, 1 << 20}) {
        String companion = "companion-" + multiple + "-" + rowGroupBytes;
        store(companion, multiple, SHARDS, rowGroupBytes);
        for (int i = 0; i < 40; i++) {
          Piece piece = pieces.get(random.nextInt(pieces.size()));
          try (AlignedRows<Sample> rows = open(companion, piece)) {
            for (Sample sample : piece.selected()) {
              assertEquals(sample, rows.next(sample.id()));
            }
          }
        }
      }
    }
  }

  @Test
  void rowsOfOthersAreRefusedByName() throws IOException {
    StoreReader<Sample> images = store("images", 1, SHARDS, 2048);
    store("thirds", 3, SHARDS, 2048);
    Piece second = pieces(images, 1).get(1);
    try (AlignedRows<Sample> rows = open("thirds", second)) {
      String wanted = second.selected().get(0).id();
      String message = assertThrows(UserError.class, () -> rows.next(wanted)).getMessage();
      assertTrue(message.contains("' where the images have '" + wanted + "': "), message);
    }
  }

  @Test
  void aCompanionThatEndsTooEarlyIsRefused() throws IOException {
    StoreReader<Sample> images = store("images", 1, SHARDS, 2048);
    store("none", ROWS + 1, SHARDS, 2048); // number 0 alone
    Piece last = pieces(images, 1).get(pieces(images, 1).size() - 1);
    try (AlignedRows<Sample> rows = open("none", last)) {
      String message =
          assertThrows(UserError.class, () -> rows.next(last.selected().get(0).id())).getMessage();
      assertTrue(message.contains(" ends where the images have "), message);
    }
  }
}
