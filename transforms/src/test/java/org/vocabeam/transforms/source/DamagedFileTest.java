package org.vocabeam.transforms.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.files.Unread;
import org.vocabeam.transforms.image.Rejection;

/** Checks which files count as damaged: those that are so each time they are read. */
class DamagedFileTest {
  private final DamagedFile damage = new DamagedFile("cut", new IOException());

  @TempDir private Path temporary;

  private final AtomicInteger readings = new AtomicInteger();
  private final List<SourceImage> read = new ArrayList<>();

  /** Reads a file that is damaged as many times, and then is not. */
  private void read(int damaged, Path file) {
    WorkItem.Part part =
        (maxBytes, images) -> {
          images.accept(SourceImage.unread("before", Unread.HIDDEN));
          if (readings.incrementAndGet() <= damaged) {
            throw damage;
          }
        };
    new DamagedFile.Alone(part, file.toString(), "a.tar", "train").read(1000, read::add);
  }

  private Path file() throws IOException {
    return Files.write(temporary.resolve("a.tar"), new byte[10]);
  }

  @Test
  void damageThatStaysIsRejectedAndWhatIsBeforeItKept() throws IOException {
    read(2, file());
    assertEquals(
        List.of(
            SourceImage.unread("before", Unread.HIDDEN),
            SourceImage.rejected("a.tar", "train", Rejection.DAMAGED)),
        read);
  }

  @Test
  void damageThatPassesIsAnError() throws IOException {
    Path file = file();
    assertSame(damage, assertThrows(DamagedFile.class, () -> read(1, file)));
  }

  @Test
  void aFileThatIsGoneIsRejectedAsThat() {
    read(1, temporary.resolve("none.tar"));
    assertEquals(Rejection.GONE, read.get(1).rejection());
  }
}
