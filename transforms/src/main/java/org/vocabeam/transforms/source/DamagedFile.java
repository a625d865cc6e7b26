package org.vocabeam.transforms.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;
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
   * @param file path
   * @param id of the rejected file
   */
  record Alone(WorkItem.Part part, String file, String id, String split) implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      try {
        part.read(maxBytes, images);
      } catch (DamagedFile e) {
        images.accept(SourceImage.rejected(id, split, confirmed(maxBytes, e)));
      }
    }

    /**
     * Returns the reason why the file is rejected. An error of a disk or network looks like damage,
     * so the file is read to its end, and then once more for its images.
     *
     * @throws DamagedFile the same, when the damage is gone: a runner may try again
     */
    private Rejection confirmed(int maxBytes, DamagedFile error) {
      try (InputStream in = StoreFiles.open(file)) {
        in.transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        return SourceImage.unreadable(file, e, Rejection.GONE);
      }
      try {
        part.read(maxBytes, image -> {});
      } catch (DamagedFile again) {
        return Rejection.DAMAGED;
      }
      throw error;
    }
  }
}
