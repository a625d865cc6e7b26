package org.vocabeam.transforms.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.Rejection;

/** Error of an archive or table of images whose content cannot be right. */
final class DamagedFile extends UserError {
  private static final long serialVersionUID = 1L;

  DamagedFile(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Part of a file that has others beside it: it is rejected alone if it is damaged, and what comes
   * before the damage is kept.
   *
   * @param part null if nothing of the file can be read
   * @param file path
   * @param id of the rejected file
   */
  record Alone(WorkItem.@Nullable Part part, String file, String id, String split)
      implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      try {
        if (part != null) {
          part.read(maxBytes, images);
          return;
        }
      } catch (DamagedFile e) {
        checkReadable(e);
      }
      images.accept(SourceImage.rejected(id, split, Rejection.DAMAGED));
    }

    /** Throws an error if the file cannot be read at present, as when a network is down. */
    private void checkReadable(DamagedFile error) {
      try (InputStream in = StoreFiles.open(file)) {
        in.transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        error.addSuppressed(e);
        throw error;
      }
    }
  }
}
